-- Maladie artérielle : statine, antiagrégant, IEC ou sartan. Campagne 2024.
WITH patientele AS (
  SELECT DISTINCT medecin, patient, sexe, 2024 - year(naissance) AS age
  FROM rattachements JOIN patients USING (patient)
  WHERE debut <= DATE '2024-12-31'
    AND (fin IS NULL OR fin > DATE '2024-12-31')
    AND (deces IS NULL OR deces > DATE '2024-12-31')
    AND year(naissance) <= 2008
),
arteres AS (
  SELECT patient FROM ald
  WHERE numero IN (3, 13)
    AND debut <= DATE '2024-12-31'
    AND (fin IS NULL OR fin >= DATE '2024-01-01')
  UNION
  SELECT patient FROM sejours
  WHERE entree BETWEEN DATE '2020-01-01' AND DATE '2024-12-31'
    AND (left(cim10, 3) IN ('I20', 'I21', 'I22', 'I23', 'I24', 'I25')
      OR left(cim10, 4) IN ('I702', 'I739', 'I743', 'I744', 'I745'))
),
lignes_nettes AS (
  SELECT * EXCLUDE (boites), sum(boites) AS boites
  FROM delivrances
  WHERE date BETWEEN DATE '2024-01-01' AND DATE '2024-12-31'
    AND (left(atc, 4) IN ('C09A', 'C09B', 'C09C', 'C09D')
      OR left(atc, 5) IN ('C10AA', 'C10BA', 'C10BX', 'B01AC')
      OR atc IN ('C10BX02', 'C10BX11', 'C10BX15'))
  GROUP BY ALL
  HAVING sum(boites) > 0
),
proteges AS (
  SELECT patient
  FROM lignes_nettes
  GROUP BY patient
  HAVING bool_or(left(atc, 5) IN ('C10AA', 'C10BA', 'C10BX'))
    AND bool_or(atc LIKE 'B01AC%'
      OR atc = 'C10BX02')
    AND bool_or(left(atc, 4) IN ('C09A', 'C09B', 'C09C', 'C09D')
      OR atc IN ('C10BX11', 'C10BX15'))
),
etats AS (
  SELECT
    medecin,
    patient IN (FROM arteres) AS compte,
    patient IN (FROM proteges) AS atteint
  FROM patientele
)
SELECT
  medecin,
  count(*) FILTER (compte) AS denominateur,
  count(*) FILTER (compte AND atteint) AS numerateur
FROM etats
GROUP BY medecin
ORDER BY medecin;
