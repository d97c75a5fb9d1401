-- Anti-inflammatoire avant 65 ans : IPP délivré le même jour. Campagne 2024.
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
    AND (atc LIKE 'M01A%' AND atc NOT LIKE 'M01AX%'
      OR atc LIKE 'A02BC%')
  GROUP BY ALL
  HAVING sum(boites) > 0
),
dates AS (
  SELECT patient, date, bool_or(atc LIKE 'A02BC%') AS ipp
  FROM lignes_nettes
  GROUP BY patient, date
  HAVING bool_or(atc LIKE 'M01A%')
),
ains AS (
  SELECT patient, bool_or(ipp) AS ipp FROM dates GROUP BY patient
)
SELECT
  medecin,
  count(ipp) FILTER (age < 65) AS denominateur,
  count(*) FILTER (ipp AND age < 65) AS numerateur
FROM patientele LEFT JOIN ains USING (patient)
GROUP BY medecin
ORDER BY medecin;
