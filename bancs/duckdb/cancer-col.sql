-- Femmes de 25 à 65 ans : prélèvement du col dans les 36 mois. Campagne 2024.
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
  WHERE date BETWEEN DATE '2022-01-01' AND DATE '2024-12-31'
    AND (systeme = 'ccam' AND code IN ('JKHD001', 'JKQX261', 'JKQX347', 'JKQX147', 'JKQX027', 'JKQX015')
      OR systeme = 'nabm' AND code IN ('0013', '0026', '0027', '0028', '0030', '0024', '4127')
      OR systeme = 'loinc' AND code = '77379-6')
  GROUP BY ALL
  HAVING sum(quantite) > 0
),
depistees AS (
  SELECT DISTINCT patient FROM actes_nets
),
etats AS (
  SELECT
    medecin,
    sexe = 'F' AND age BETWEEN 25 AND 65 AS compte,
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
