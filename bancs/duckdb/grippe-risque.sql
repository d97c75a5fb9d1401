-- Vaccin contre la grippe des patients à risque de 16 à 64 ans. Campagne 2024.
WITH patientele AS (
  SELECT DISTINCT medecin, patient, sexe, 2024 - year(naissance) AS age
  FROM rattachements JOIN patients USING (patient)
  WHERE debut <= DATE '2024-12-31'
    AND (fin IS NULL OR fin > DATE '2024-12-31')
    AND (deces IS NULL OR deces > DATE '2024-12-31')
    AND year(naissance) <= 2008
),
bronches AS (
  SELECT * EXCLUDE (boites), sum(boites) AS boites
  FROM delivrances
  WHERE date BETWEEN DATE '2024-01-01' AND DATE '2024-12-31'
    AND atc LIKE 'R03%'
  GROUP BY ALL
  HAVING sum(boites) > 0
),
a_risque AS (
  SELECT patient FROM ald
  WHERE numero IN (1, 3, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 18, 19, 28)
    AND debut <= DATE '2024-09-01'
    AND (fin IS NULL OR fin >= DATE '2024-09-01')
  UNION
  SELECT patient FROM bronches GROUP BY patient HAVING count(DISTINCT date) >= 3
),
lignes_nettes AS (
  SELECT * EXCLUDE (boites), sum(boites) AS boites
  FROM delivrances
  WHERE date BETWEEN DATE '2024-09-01' AND DATE '2025-01-31'
    AND atc LIKE 'J07BB%'
  GROUP BY ALL
  HAVING sum(boites) > 0
),
actes_nets AS (
  SELECT * EXCLUDE (quantite), sum(quantite) AS quantite
  FROM actes
  WHERE date BETWEEN DATE '2024-09-01' AND DATE '2025-01-31'
    AND systeme = 'prestation' AND code IN ('3331', '3334', '3335', '3360')
  GROUP BY ALL
  HAVING sum(quantite) > 0
),
vaccines AS (
  SELECT patient FROM lignes_nettes
  UNION
  SELECT patient FROM actes_nets
  UNION
  SELECT patient FROM vaccinations
  WHERE date BETWEEN DATE '2024-09-01' AND DATE '2025-01-31' AND code LIKE 'J07BB%'
),
etats AS (
  SELECT
    medecin,
    age <= 64 AND patient IN (FROM a_risque) AS compte,
    patient IN (FROM vaccines) AS atteint
  FROM patientele
)
SELECT
  medecin,
  count(*) FILTER (compte) AS denominateur,
  count(*) FILTER (compte AND atteint) AS numerateur
FROM etats
GROUP BY medecin
ORDER BY medecin;
