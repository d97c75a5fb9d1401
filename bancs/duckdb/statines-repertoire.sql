-- Boîtes de statines du répertoire des génériques. Campagne 2024.
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
    AND atc LIKE 'C10AA%'
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
