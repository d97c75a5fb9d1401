-- Diabétiques traités : part avec metformine. Campagne 2024.
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
  SELECT patient, bool_or(atc IN (
        'A10BA02', 'A10BD02', 'A10BD05', 'A10BD07', 'A10BD08', 'A10BD10', 'A10BD15', 'A10BD20'
    )) AS metformine
  FROM lignes_nettes
  GROUP BY patient
  HAVING count(DISTINCT date) >= 3
    OR (count(DISTINCT date) >= 2 AND bool_or(grand_conditionnement))
)
SELECT
  medecin,
  count(metformine) AS denominateur,
  count(*) FILTER (metformine) AS numerateur
FROM patientele LEFT JOIN traites USING (patient)
GROUP BY medecin
ORDER BY medecin;
