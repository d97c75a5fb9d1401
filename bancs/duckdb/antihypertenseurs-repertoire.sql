-- Boîtes d’antihypertenseurs du répertoire des génériques. Campagne 2024.
WITH patientele AS (
  SELECT DISTINCT medecin, patient, sexe, 2024 - year(naissance) AS age
  FROM rattachements JOIN patients USING (patient)
  WHERE debut <= DATE '2024-12-31'
    AND (fin IS NULL OR fin > DATE '2024-12-31')
    AND (deces IS NULL OR deces > DATE '2024-12-31')
    AND year(naissance) <= 2008
),
lignes_nettes AS (
  SELECT * EXCLUDE (boites), sum(boites) AS boites
  FROM delivrances
  WHERE date BETWEEN DATE '2024-01-01' AND DATE '2024-12-31'
    AND (left(atc, 5) IN (
          'C03AA', 'C08CA', 'C09AA', 'C09BA', 'C09BB', 'C09CA', 'C09DA', 'C09DB'
      )
      OR atc IN (
          'C02AB02', 'C02AC01', 'C02AC02', 'C02AC05', 'C02AC06', 'C02CA01', 'C02CA06',
          'C02DC01', 'C02LA01', 'C03BA04', 'C03BA10', 'C03BA11', 'C03BX03', 'C03CA01',
          'C03CA02', 'C03CA03', 'C03DA01', 'C03DB01', 'C03EA01', 'C03EA04', 'C07AA02',
          'C07AA03', 'C07AA05', 'C07AA06', 'C07AA12', 'C07AA15', 'C07AA16', 'C07AA23',
          'C07AB02', 'C07AB03', 'C07AB04', 'C07AB05', 'C07AB07', 'C07AB08', 'C07AB12',
          'C07AG01', 'C07BA02', 'C07BB02', 'C07BB03', 'C07BB07', 'C07BB12', 'C07CA03',
          'C07DA06', 'C07FB02', 'C07FB03', 'C08CX01', 'C08DA01', 'C08DB01', 'C08GA02',
          'C09BX02', 'C09XA02', 'C09XA52', 'C10BX03'
      ))
    AND atc <> 'C08CA06'
    AND repertoire IS NOT NULL
  GROUP BY ALL
  HAVING sum(boites) > 0
),
boites AS (
  SELECT
    patient,
    sum(boites) AS toutes,
    sum(boites) FILTER (repertoire) AS retenues
  FROM lignes_nettes
  GROUP BY patient
)
SELECT
  medecin,
  coalesce(sum(toutes), 0)::BIGINT AS denominateur,
  coalesce(sum(retenues), 0)::BIGINT AS numerateur
FROM patientele LEFT JOIN boites USING (patient)
GROUP BY medecin
ORDER BY medecin;
