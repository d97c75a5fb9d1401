-- De 50 à 74 ans, sans coloscopie récente : test dans les 24 mois. Campagne 2024.
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
    AND systeme = 'prestation' AND code = '9434'
  GROUP BY ALL
  HAVING sum(quantite) > 0
),
depistes AS (
  SELECT DISTINCT patient FROM actes_nets
),
coloscopies AS (
  SELECT * EXCLUDE (quantite), sum(quantite) AS quantite
  FROM actes
  WHERE date BETWEEN DATE '2020-01-01' AND DATE '2024-12-31'
    AND systeme = 'ccam' AND code IN (
        'HHFE001', 'HHFE002', 'HHFE004', 'HHFE005', 'HHFE006', 'HHQE002', 'HHQE004', 'HHQE005',
        'HJQE001', 'HHQK484', 'HHQH365'
    )
  GROUP BY ALL
  HAVING sum(quantite) > 0
),
explores AS (
  SELECT patient FROM coloscopies
  UNION
  SELECT patient FROM sejours
  WHERE entree BETWEEN DATE '2020-01-01' AND DATE '2024-12-31'
    AND ccam IN (
        'HHFE001', 'HHFE002', 'HHFE004', 'HHFE005', 'HHFE006', 'HHQE002', 'HHQE004', 'HHQE005',
        'HJQE001', 'HHQK484', 'HHQH365'
    )
),
etats AS (
  SELECT
    medecin,
    age BETWEEN 50 AND 74 AND patient NOT IN (FROM explores) AS compte,
    patient IN (FROM depistes) AS atteint
  FROM patientele
)
SELECT
  medecin,
  count(*) FILTER (compte) AS denominateur,
  count(*) FILTER (compte AND atteint) AS numerateur
FROM etats
GROUP BY medecin
ORDER BY medecin;
