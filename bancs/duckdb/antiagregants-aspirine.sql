-- Antiagrégants : part avec aspirine. Campagne 2024.
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
    AND atc IN (
        'B01AC04', 'B01AC05', 'B01AC06', 'B01AC07', 'B01AC08', 'B01AC22', 'B01AC24', 'B01AC30',
        'C10BX02'
    )
  GROUP BY ALL
  HAVING sum(boites) > 0
),
antiagregants AS (
  SELECT patient, bool_or(atc IN ('B01AC06', 'B01AC08', 'B01AC30', 'C10BX02')) AS aspirine
  FROM lignes_nettes
  GROUP BY patient
  HAVING bool_or(atc IN (
        'B01AC04', 'B01AC05', 'B01AC06', 'B01AC07', 'B01AC08', 'B01AC22', 'B01AC24', 'B01AC30'
    ))
)
SELECT
  medecin,
  count(aspirine) AS denominateur,
  count(*) FILTER (aspirine) AS numerateur
FROM patientele LEFT JOIN antiagregants USING (patient)
GROUP BY medecin
ORDER BY medecin;
