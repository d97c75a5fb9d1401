-- À partir de 75 ans : deux psychotropes ou plus. Campagne 2024.
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
    AND (left(atc, 4) IN ('N05A', 'N06A')
      OR left(atc, 5) IN ('N05CD', 'N05CF', 'N05CX')
      OR atc IN ('N05CM11', 'N05CM16'))
    AND atc <> 'N05AN01'
    AND atc <> 'N05AL06'
    AND atc <> 'N05AA07'
    AND atc <> 'N06AX01'
    AND atc <> 'N05CD08'
  GROUP BY ALL
  HAVING sum(boites) > 0
),
substances AS (
  SELECT patient, atc
  FROM lignes_nettes
  GROUP BY patient, atc
  HAVING count(DISTINCT date) >= 3
),
associes AS (
  SELECT patient FROM substances GROUP BY patient HAVING count(*) >= 2
),
psychiatriques AS (
  SELECT DISTINCT patient FROM ald
  WHERE numero = 23
    AND debut <= DATE '2024-12-31'
    AND (fin IS NULL OR fin >= DATE '2024-01-01')
),
etats AS (
  SELECT
    medecin,
    age >= 75 AND patient NOT IN (FROM psychiatriques) AS compte,
    patient IN (FROM associes) AS atteint
  FROM patientele
)
SELECT
  medecin,
  count(*) FILTER (compte) AS denominateur,
  count(*) FILTER (compte AND atteint) AS numerateur
FROM etats
GROUP BY medecin
ORDER BY medecin;
