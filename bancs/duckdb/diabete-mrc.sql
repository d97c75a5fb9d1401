-- Diabétiques traités de moins de 81 ans : albuminurie et créatinine dans l’année. Campagne 2024.
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
  SELECT patient
  FROM lignes_nettes
  GROUP BY patient
  HAVING count(DISTINCT date) >= 3
    OR (count(DISTINCT date) >= 2 AND bool_or(grand_conditionnement))
),
actes_nets AS (
  SELECT * EXCLUDE (quantite), sum(quantite) AS quantite
  FROM actes
  WHERE date BETWEEN DATE '2024-01-01' AND DATE '2024-12-31'
    AND (systeme = 'nabm' AND code IN ('1133', '0592', '0593', '0407')
      OR systeme = 'loinc' AND code IN (
          '14959-1', '9318-7', '14585-4', '32294-1', '14682-9', '2160-0', '77140-2', '33914-3',
          '62238-1', '77147-7'
      ))
  GROUP BY ALL
  HAVING sum(quantite) > 0
),
surveilles AS (
  SELECT patient
  FROM actes_nets
  GROUP BY patient
  HAVING bool_or(systeme = 'nabm' AND code = '1133'
      OR systeme = 'loinc' AND code IN ('14959-1', '9318-7', '14585-4', '32294-1'))
    AND bool_or(systeme = 'nabm' AND code IN ('0592', '0593', '0407')
      OR systeme = 'loinc' AND code IN ('14682-9', '2160-0', '77140-2', '33914-3', '62238-1', '77147-7'))
),
etats AS (
  SELECT
    medecin,
    age < 81 AND patient IN (FROM traites) AS compte,
    patient IN (FROM surveilles) AS atteint
  FROM patientele
)
SELECT
  medecin,
  count(*) FILTER (compte) AS denominateur,
  count(*) FILTER (compte AND atteint) AS numerateur
FROM etats
GROUP BY medecin
ORDER BY medecin;
