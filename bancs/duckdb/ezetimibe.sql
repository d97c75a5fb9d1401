-- Statine ou ézétimibe : part avec ézétimibe. Campagne 2024.
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
    AND (left(atc, 5) IN ('C10AA', 'C10BA')
      OR atc = 'C10AX09')
  GROUP BY ALL
  HAVING sum(boites) > 0
),
hypolipemiants AS (
  SELECT patient, bool_or(atc LIKE 'C10BA%'
      OR atc = 'C10AX09') AS ezetimibe
  FROM lignes_nettes
  GROUP BY patient
)
SELECT
  medecin,
  count(ezetimibe) AS denominateur,
  count(*) FILTER (ezetimibe) AS numerateur
FROM patientele LEFT JOIN hypolipemiants USING (patient)
GROUP BY medecin
ORDER BY medecin;
