-- Femmes de 50 à 74 ans : mammographie dans les 24 mois. Campagne 2024.
WITH patientele AS (
  SELECT DISTINCT medecin, patient, sexe, 2024 - year(naissance) AS age
  FROM rattachements JOIN patients USING (patient)
  WHERE debut <= DATE '2024-12-31'
    AND (fin IS NULL OR fin > DATE '2024-12-31')
    AND (deces IS NULL OR deces > DATE '2024-12-31')
    AND year(naissance) <= 2008
),
actes_nets AS (
  SELECT * EXCLUDE (quantite), sum(quantite) AS quantite
  FROM actes
  WHERE date BETWEEN DATE '2023-01-01' AND DATE '2024-12-31'
    AND (systeme = 'ccam' AND code IN ('QEQK001', 'QEQK004', 'QEQK005')
      OR systeme = 'prestation' AND code IN ('1335', '1336'))
  GROUP BY ALL
  HAVING sum(quantite) > 0
),
depistees AS (
  SELECT DISTINCT patient FROM actes_nets
),
etats AS (
  SELECT
    medecin,
    sexe = 'F' AND age BETWEEN 50 AND 74 AS compte,
    patient IN (FROM depistees) AS atteint
  FROM patientele
)
SELECT
  medecin,
  count(*) FILTER (compte) AS denominateur,
  count(*) FILTER (compte AND atteint) AS numerateur
FROM etats
GROUP BY medecin
ORDER BY medecin;
