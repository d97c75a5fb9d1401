-- Antibiotiques générateurs de résistances, par date de délivrance. Campagne 2024.
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
traitements AS (
  SELECT
    patient,
    date,
    bool_or(left(atc, 5) IN ('J01DD', 'J01DE', 'J01MA')
      OR atc = 'J01CR02') AS resistance
  FROM lignes_nettes
  GROUP BY patient, date
)
SELECT
  medecin,
  count(date) AS denominateur,
  count(*) FILTER (resistance) AS numerateur
FROM patientele LEFT JOIN traitements USING (patient)
GROUP BY medecin
ORDER BY medecin;
