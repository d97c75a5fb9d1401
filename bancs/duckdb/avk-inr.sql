-- Patients sous AVK : autant de dates d’INR que de délivrances. Campagne 2024.
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
    AND atc LIKE 'B01AA%'
  GROUP BY ALL
  HAVING sum(boites) > 0
),
avk AS (
  SELECT patient, count(DISTINCT date) AS delivrances
  FROM lignes_nettes
  GROUP BY patient
  HAVING count(DISTINCT date) >= 3
),
actes_nets AS (
  SELECT * EXCLUDE (quantite), sum(quantite) AS quantite
  FROM actes
  WHERE date BETWEEN DATE '2024-01-01' AND DATE '2024-12-31'
    AND (systeme = 'nabm' AND code = '0127'
      OR systeme = 'loinc' AND code IN ('6301-6', '34714-6', '38875-1', '46418-0'))
  GROUP BY ALL
  HAVING sum(quantite) > 0
),
inr AS (
  SELECT patient, count(DISTINCT date) AS dosages
  FROM actes_nets
  GROUP BY patient
)
SELECT
  medecin,
  count(delivrances) AS denominateur,
  count(*) FILTER (dosages >= delivrances) AS numerateur
FROM patientele LEFT JOIN avk USING (patient) LEFT JOIN inr USING (patient)
GROUP BY medecin
ORDER BY medecin;
