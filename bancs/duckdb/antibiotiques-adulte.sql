-- Antibiotiques des 16 à 65 ans sans ALD : nombre de dates. Campagne 2024.
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
    AND atc LIKE 'J01%'
  GROUP BY ALL
  HAVING sum(boites) > 0
),
antibiotiques AS (
  SELECT patient, count(DISTINCT date) AS dates
  FROM lignes_nettes
  GROUP BY patient
),
malades AS (
  SELECT DISTINCT patient FROM ald
  WHERE debut <= DATE '2024-12-31'
    AND (fin IS NULL OR fin >= DATE '2024-01-01')
),
etats AS (
  SELECT
    medecin,
    dates,
    age <= 65 AND patient NOT IN (FROM malades) AS compte
  FROM patientele LEFT JOIN antibiotiques USING (patient)
)
SELECT
  medecin,
  count(*) FILTER (compte) AS denominateur,
  coalesce(sum(dates) FILTER (compte), 0)::BIGINT AS numerateur
FROM etats
GROUP BY medecin
ORDER BY medecin;
