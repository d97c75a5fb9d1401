-- Diabétiques traités : au moins deux HbA1c dans l’année. Campagne 2024.
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
    AND left(atc, 4) IN ('A10A', 'A10B')
    AND atc <> 'A10BX06'
  GROUP BY ALL
  HAVING sum(boites) > 0
),
traites AS (
  SELECT patient
  FROM lignes_nettes
  GROUP BY patient
  HAVING count(DISTINCT date) >= 3
    OR (count(DISTINCT date) >= 2 AND bool_or(grand_conditionnement))
),
actes_nets AS (
  SELECT * EXCLUDE (quantite), sum(quantite) AS quantite
  FROM actes
  WHERE date BETWEEN DATE '2024-01-01' AND DATE '2024-12-31'
    AND (systeme = 'nabm' AND code IN ('1577', '1576')
      OR systeme = 'loinc' AND code IN ('4548-4', '17856-6', '59261-8'))
  GROUP BY ALL
  HAVING sum(quantite) > 0
),
suivis AS (
  SELECT patient
  FROM actes_nets
  WHERE systeme = 'nabm' AND code = '1577'
    OR systeme = 'loinc' AND code IN ('4548-4', '17856-6', '59261-8')
  GROUP BY patient
  HAVING count(DISTINCT date) >= 2
),
exclus AS (
  SELECT patient
  FROM actes_nets
  WHERE systeme = 'nabm' AND code = '1576'
  GROUP BY patient
  HAVING count(DISTINCT date) >= 2
),
etats AS (
  SELECT
    medecin,
    patient IN (FROM traites) AND patient NOT IN (FROM exclus) AS compte,
    patient IN (FROM suivis) AS atteint
  FROM patientele
)
SELECT
  medecin,
  count(*) FILTER (compte) AS denominateur,
  count(*) FILTER (compte AND atteint) AS numerateur
FROM etats
GROUP BY medecin
ORDER BY medecin;
