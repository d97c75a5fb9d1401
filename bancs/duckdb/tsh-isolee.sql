-- Dosages de la thyroïde : TSH seule. Campagne 2024.
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
  WHERE date BETWEEN DATE '2023-10-01' AND DATE '2024-12-31'
    AND (systeme = 'nabm' AND code IN ('1206', '1207', '1209', '1210', '1211', '1212', '1208')
      OR systeme = 'loinc' AND code = '3016-3')
  GROUP BY ALL
  HAVING sum(quantite) > 0
),
dosages AS (
  SELECT patient, bool_and(systeme = 'nabm' AND code = '1208'
      OR systeme = 'loinc' AND code = '3016-3') AS isolee
  FROM actes_nets
  GROUP BY patient
)
SELECT
  medecin,
  count(isolee) AS denominateur,
  count(*) FILTER (isolee) AS numerateur
FROM patientele LEFT JOIN dosages USING (patient)
GROUP BY medecin
ORDER BY medecin;
