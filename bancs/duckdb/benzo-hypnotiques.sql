-- Hypnotiques commencés dans l’année : plus de 28 jours. Campagne 2024.
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
  WHERE date <= DATE '2024-12-31'
    AND atc IN (
        'N05CD02', 'N05CD03', 'N05CD04', 'N05CD05', 'N05CD06', 'N05CD07', 'N05CD11', 'N05CF01',
        'N05CF02', 'N05CF04'
    )
  GROUP BY ALL
  HAVING sum(boites) > 0
),
dates AS (
  SELECT patient, date, date + sum(coalesce(jours, 14 * boites))::INTEGER AS couverte
  FROM lignes_nettes
  GROUP BY patient, date
),
precedentes AS (
  SELECT
    patient,
    date,
    couverte,
    lag(date) OVER suite AS avant,
    max(couverte) OVER (suite ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS couverte_avant
  FROM dates
  WINDOW suite AS (PARTITION BY patient ORDER BY date)
),
numerotees AS (
  SELECT
    patient,
    date,
    couverte,
    avant,
    count(*) FILTER (couverte_avant IS NULL OR date > couverte_avant + 30)
      OVER (PARTITION BY patient ORDER BY date) AS traitement
  FROM precedentes
),
traitements AS (
  SELECT
    patient,
    min(date) AS debut,
    first(avant ORDER BY date) AS avant,
    least(max(couverte), DATE '2024-12-31') - min(date) AS duree
  FROM numerotees
  GROUP BY patient, traitement
),
commences AS (
  SELECT patient, duree
  FROM traitements
  WHERE debut >= DATE '2024-01-01'
    AND (avant IS NULL OR avant < debut - 365)
)
SELECT
  medecin,
  count(duree) AS denominateur,
  count(*) FILTER (duree > 28) AS numerateur
FROM patientele LEFT JOIN commences USING (patient)
GROUP BY medecin
ORDER BY medecin;
