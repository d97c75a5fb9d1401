//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;

use crate::{import_list, import_statement};

/// The parser adds a colon; French wants a space before it.
const OPTIONS: &str = "Options\u{a0}";
const ARGUMENTS: &str = "Arguments\u{a0}";

const TEMPLATE: &str = "{about-with-newline}\nUsage : {usage}\n\n{all-args}{after-help}";

/// Les objectifs de santé publique des médecins : règles, calcul, explication.
#[derive(Debug, Parser)]
#[command(
    name = "jalon",
    version,
    about,
    disable_help_flag = true,
    disable_version_flag = true,
    disable_help_subcommand = true,
    subcommand_required = true,
    arg_required_else_help = true,
    subcommand_help_heading = "Commandes\u{a0}",
    subcommand_value_name = "COMMANDE",
    help_template = TEMPLATE,
    after_help = "\
Exemples :
  jalon calculer exemples/cabinet --campagne 2024
  jalon expliquer exemples/cabinet --campagne 2024 --indicateur diabete-hba1c
  jalon regles diabete-hba1c --campagne 2024

Codes de sortie : 0 réussite ; 1 fautes dans les données ou les règles ;
2 commande mal écrite ; 3 panne du moteur ou du disque."
)]
pub struct Cli {
    /// Affiche l'aide
    #[arg(short = 'h', long = "help", visible_alias = "aide", action = clap::ArgAction::Help, global = true, display_order = 1000, help_heading = OPTIONS)]
    help: Option<bool>,
    /// Affiche la version
    #[arg(short = 'V', long = "version", action = clap::ArgAction::Version, display_order = 1001, help_heading = OPTIONS)]
    version: Option<bool>,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Calcule les taux, les points et les euros de chaque médecin
    #[command(help_template = TEMPLATE, next_help_heading = OPTIONS, after_help = "\
Exemples :
  jalon calculer exemples/cabinet --campagne 2024
  jalon calculer exemples/cabinet --campagne 2024 --complement exemples/cabinet/complement
  jalon calculer pays --campagne 2022 --medecin M0007
  jalon calculer exemples/cabinet --campagne 2024 --format json > resultat.json")]
    Calculer(Compute),
    /// Explique un indicateur : le compte du montant, puis les patients
    #[command(help_template = TEMPLATE, next_help_heading = OPTIONS, after_help = "\
Exemples :
  jalon expliquer exemples/cabinet --campagne 2024 --indicateur diabete-hba1c
  jalon expliquer exemples/cabinet --campagne 2024 --indicateur diabete-hba1c --patients
  jalon expliquer exemples/cabinet --campagne 2024 --indicateur diabete-hba1c --patient P0000012")]
    Expliquer(Explain),
    /// Met en regard deux campagnes : les mêmes patients sous les anciennes et les nouvelles règles
    #[command(help_template = TEMPLATE, next_help_heading = OPTIONS, after_help = "\
Exemples :
  jalon comparer exemples/cabinet --avant 2025 --apres 2026
  jalon comparer exemples/cabinet --avant 2024 --apres 2026 --memes-faits
  jalon comparer pays --avant 2025 --apres 2026 --medecin M0007 --format json")]
    Comparer(Contrast),
    /// Simule une réforme : qui gagne, qui perd, et combien
    #[command(help_template = TEMPLATE, next_help_heading = OPTIONS, after_help = "\
Exemples :
  jalon simuler exemples/cabinet --campagne 2024 --modifier diabete-hba1c.cible=90
  jalon simuler pays --campagne 2024 --modifier rosp-adulte.part_intermediaire=0.5 --par-medecin
  jalon simuler pays --campagne 2024 --modifier 'rosp-adulte.objectifs=percentiles 30 80'
  jalon simuler pays --campagne 2024 --reforme sans-ponderation
  jalon simuler pays --campagne 2024 --reforme ma-reforme.toml --format csv

Champs : docs/simuler.md. Un nombre se corrige dans une règle : diabete-hba1c.cible,
.intermediaire, .seuil, .points, .exclu ; rosp-adulte.valeur_point, .reference, .coefficient…")]
    Simuler(Simulate),
    /// Liste les patients à relancer : ce qui manque, jusqu'à quand, ce que cela vaut
    #[command(help_template = TEMPLATE, next_help_heading = OPTIONS, after_help = "\
Exemples :
  jalon relancer exemples/cabinet --campagne 2024
  jalon relancer exemples/cabinet --campagne 2024 --tri valeur --complement exemples/cabinet/complement
  jalon relancer exemples/cabinet --campagne 2024 --au 2024-10-15
  jalon relancer exemples/cabinet --campagne 2024 --format csv > relances.csv
  jalon relancer exemples/cabinet --campagne 2026 --faits --vers relances.xlsx")]
    Relancer(Relaunch),
    /// Liste les règles, ou en montre une
    #[command(help_template = TEMPLATE, next_help_heading = OPTIONS, after_help = "\
Exemples :
  jalon regles
  jalon regles --campagne 2018
  jalon regles diabete-hba1c --campagne 2024")]
    Regles(ShowRules),
    /// Contrôle les règles et rejoue tous leurs cas
    #[command(help_template = TEMPLATE, next_help_heading = OPTIONS, after_help = "\
Exemples :
  jalon verifier
  jalon verifier mes-regles --couverture
  jalon verifier --sources")]
    Verifier(Verify),
    /// Invente une population, toujours la même pour une même graine
    #[command(help_template = TEMPLATE, next_help_heading = OPTIONS, after_help = "\
Exemples :
  jalon generer --patients 850 --medecins 1 --graine 1 --campagne 2024 --vers essai
  jalon generer --patients 1000000 --medecins 1100 --graine 7 --campagne 2024 --vers pays --format parquet
  jalon generer --patients 5000 --medecins 6 --graine 7 --campagne 2024 --vers etude --forme dcir

Avec --forme dcir ou fhir, le dossier reçoit un sous-dossier `dcir` ou `fhir`, et un sous-dossier
`cabinet` : les tables de ce que cette forme ne sait pas dire. Importez les deux.")]
    Generer(Generate),
    /// Importe des données dans un dossier fait de lots, les liste, les annule
    #[command(subcommand, help_template = TEMPLATE, subcommand_help_heading = "Sources et lots\u{a0}", subcommand_value_name = "SOURCE", disable_help_subcommand = true, after_help = "\
Chaque import est un lot : entier ou rien, sans effet s'il est déjà là, annulable.

Exemples :
  jalon importer tables exemples/cabinet --vers essai
  jalon importer lots essai
  jalon importer annuler 1 --vers essai

Règles de rencontre des lots : docs/importer.md")]
    Importer(Import),
    /// Importe les nomenclatures des médicaments et des actes, ou y cherche un code
    #[command(subcommand, help_template = TEMPLATE, subcommand_help_heading = "Commandes\u{a0}", subcommand_value_name = "COMMANDE", disable_help_subcommand = true, after_help = "\
Exemples :
  jalon nomenclature importer telechargements --vers nomenclature
  jalon nomenclature chercher 3400949497294 --nomenclature nomenclature

Fichiers lus et déductions : docs/nomenclatures.md")]
    Nomenclature(Nomenclature),
    /// Ouvre l'application du cabinet, dans le navigateur
    #[cfg(feature = "servir")]
    #[command(help_template = TEMPLATE, next_help_heading = OPTIONS, after_help = "\
Exemples :
  jalon servir
  jalon servir --dossier exemples/cabinet
  jalon servir --dossier cabinet --memoire /srv/jalon --complement releve --port 9000
  jalon servir --site jalon.cabinet.example

L'application ne répond qu'à cet ordinateur. Pour d'autres postes, un relais chiffre (HTTPS) et
transmet au port ; --site dit alors à quel nom. Rien n'est à installer d'avance : sans dossier, la
première page propose une démonstration. La mémoire du cabinet (comptes, relances, pièces) est à
part des faits : sauvegardez-la.")]
    Servir(Serve),
    /// Écrit le complètement des commandes pour un interpréteur
    #[command(help_template = TEMPLATE, next_help_heading = OPTIONS, after_help = "\
Exemple :
  jalon completions bash > ~/.local/share/bash-completion/completions/jalon")]
    Completions {
        /// bash, zsh, fish, elvish ou powershell
        #[arg(value_name = "INTERPRÉTEUR", help_heading = ARGUMENTS, hide_possible_values = true)]
        shell: clap_complete::Shell,
    },
}

/// The practice application.
#[cfg(feature = "servir")]
#[derive(Debug, Args)]
pub struct Serve {
    /// Dossier des tables de faits ; il peut ne pas exister encore
    #[arg(long, value_name = "DIR", default_value = "cabinet", hide_default_value = true)]
    pub dossier: PathBuf,
    /// Dossier de la mémoire du cabinet [défaut : celui des faits, suivi de -memoire]
    #[arg(long, value_name = "DIR")]
    pub memoire: Option<PathBuf>,
    /// Valeurs à ajouter aux règles : celles d'un relevé
    #[arg(long, value_name = "DIR")]
    pub complement: Option<PathBuf>,
    /// Nomenclature qui donne leur classe aux médicaments importés
    #[arg(long, value_name = "DIR")]
    pub nomenclature: Option<PathBuf>,
    /// Programme qui met les documents en PDF [défaut : jalon-pdf, à côté de celui-ci]
    #[arg(long, value_name = "PROGRAMME")]
    pub pdf: Option<PathBuf>,
    /// Port de cet ordinateur [défaut : 8437]
    #[arg(long, value_name = "N", default_value_t = 8437, hide_default_value = true)]
    pub port: u16,
    /// Nom sous lequel un relais HTTPS sert l'application
    #[arg(long, value_name = "NOM")]
    pub site: Option<String>,
}

/// What a computation is about.
#[derive(Debug, Args)]
pub struct Subject {
    /// Dossier des tables de faits
    #[arg(value_name = "DOSSIER", help_heading = ARGUMENTS)]
    pub dossier: PathBuf,
    /// Campagne : l'année d'activité
    #[arg(long, value_name = "ANNÉE")]
    pub campagne: i16,
    /// Un seul dispositif ; sans lui, tous ceux de la campagne
    #[arg(long, value_name = "NOM")]
    pub dispositif: Option<String>,
    /// Un seul médecin
    #[arg(long, value_name = "ID")]
    pub medecin: Option<String>,
    /// Valeurs à ajouter aux règles : celles d'un relevé
    #[arg(long, value_name = "DIR")]
    pub complement: Option<PathBuf>,
    /// Taille de la patientèle, au lieu de celle comptée dans les faits
    #[arg(long, value_name = "N")]
    pub patientele: Option<u64>,
    /// Règles à la place de celles du programme
    #[arg(long, value_name = "DIR")]
    pub regles: Option<PathBuf>,
}

/// How results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Output {
    Table,
    Json,
    Csv,
}

#[derive(Debug, Args)]
pub struct Compute {
    #[command(flatten)]
    pub subject: Subject,
    /// table, json ou csv
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        default_value = "table",
        hide_possible_values = true,
        hide_default_value = true
    )]
    pub format: Output,
    /// Écrit aussi les preuves de chaque patient dans ce fichier Parquet
    #[arg(long, value_name = "FICHIER")]
    pub preuves: Option<PathBuf>,
    /// Montre la requête exécutée au lieu du résultat
    #[arg(long, conflicts_with_all = ["preuves", "format"])]
    pub requete: bool,
}

/// Sources of facts, and what is done with batches.
#[derive(Debug, Subcommand)]
pub enum Import {
    /// Des tables canoniques, toutes ou quelques-unes
    #[command(help_template = TEMPLATE, next_help_heading = OPTIONS, after_help = "\
Exemples :
  jalon importer tables exemples/cabinet --vers essai
  jalon importer tables delivrances-2024 --vers essai --nomenclature nomenclature
  jalon importer tables declarations-2024 --vers essai --a-blanc")]
    Tables(ImportTables),
    /// Des tables du SNDS : DCIR, référentiels, séjours du PMSI
    #[command(help_template = TEMPLATE, next_help_heading = OPTIONS, after_help = "\
Exemples :
  jalon importer dcir extraction --vers etude --a-blanc
  jalon importer dcir flux-2024-01 --vers etude --nomenclature nomenclature

Tables lues, règles de nettoyage : docs/importer-dcir.md")]
    Dcir(ImportDcir),
    /// Des ressources FHIR R4 : NDJSON ou Bundle
    #[command(help_template = TEMPLATE, next_help_heading = OPTIONS, after_help = "\
Exemples :
  jalon importer fhir export --vers cabinet --nomenclature nomenclature
  jalon importer fhir bundle.json --vers cabinet --depuis 2024-01-01

Ce qui devient quoi : docs/importer-fhir.md")]
    Fhir(ImportFhir),
    /// Un entrepôt OMOP CDM 5.4 en CSV
    #[command(help_template = TEMPLATE, next_help_heading = OPTIONS, after_help = "\
Exemple :
  jalon importer omop entrepot.zip --nomenclature nomenclature --vers etude

Ce qui est pris, ce qui est laissé : docs/importer-omop.md")]
    Omop(ImportOmop),
    /// Importe une liste de patients d'amelipro, et dit ce qui a changé
    #[command(help_template = TEMPLATE, next_help_heading = OPTIONS, after_help = "\
Exemples :
  jalon importer liste patientele.xls --vers cabinet --a-blanc
  jalon importer liste patientele.xls --vers cabinet
  jalon importer liste sein.csv --vers cabinet --correspondance dr-martin --indicateur cancer-sein
  jalon importer liste export.xlsx --vers cabinet --colonne nir=\"N° assuré\" --colonne age=

Champs : nir, identifiant, nom, prenom, naissance, sexe, age, indicateur, statut,
dernier_acte, medecin, commentaire. Voir docs/importer-listes.md.")]
    Liste(import_list::ImportList),
    /// Importe un relevé de la caisse, le garde, et contrôle son arithmétique
    #[command(help_template = TEMPLATE, next_help_heading = OPTIONS, after_help = "\
Exemples :
  jalon importer releve releve.toml --vers cabinet --campagne 2024 --medecin M0001
  jalon importer releve releve.xlsx --vers cabinet --campagne 2024 --medecin M0001 --patientele 812 --a-blanc

Ce que le fichier peut dire : docs/importer-releve.md.")]
    Releve(import_statement::ImportStatement),
    /// Liste les lots d'un dossier
    #[command(help_template = TEMPLATE, next_help_heading = OPTIONS, after_help = "\
Exemple :
  jalon importer lots essai")]
    Lots(Lots),
    /// Annule un lot : le dossier redevient comme s'il n'était jamais venu
    #[command(help_template = TEMPLATE, next_help_heading = OPTIONS, after_help = "\
Exemple :
  jalon importer annuler 2 --vers essai")]
    Annuler(TakeBack),
}

/// What is done with nomenclatures.
#[derive(Debug, Subcommand)]
pub enum Nomenclature {
    /// Lit les fichiers publics d'un dossier et de ses sous-dossiers
    #[command(help_template = TEMPLATE, next_help_heading = OPTIONS, after_help = "\
Fichiers reconnus à leur contenu : base publique des médicaments (CIS_bdpm, CIS_CIP_bdpm,
CIS_GENER_bdpm, CIS_COMPO_bdpm, CIS_MITM), IR_PHA_R, NU_UCD_R, IR_BIO_R (NABM), IR_CCAM.

Exemple :
  jalon nomenclature importer telechargements --vers nomenclature")]
    Importer(ImportNomenclature),
    /// Dit ce qui est connu d'un code : CIP13, CIP7, CIS, UCD, NABM ou CCAM
    #[command(help_template = TEMPLATE, next_help_heading = OPTIONS, after_help = "\
Exemples :
  jalon nomenclature chercher 3400949497294 --nomenclature nomenclature
  jalon nomenclature chercher 1577 --nomenclature nomenclature
  jalon nomenclature chercher AHQP001 --nomenclature nomenclature")]
    Chercher(SearchNomenclature),
}

#[derive(Debug, Args)]
pub struct ImportNomenclature {
    /// Dossier des fichiers téléchargés
    #[arg(value_name = "DIR", help_heading = ARGUMENTS)]
    pub source: PathBuf,
    /// Dossier de la nomenclature, à créer ou à remplacer
    #[arg(long, value_name = "NOMENCLATURE")]
    pub vers: PathBuf,
}

#[derive(Debug, Args)]
pub struct SearchNomenclature {
    /// Code cherché
    #[arg(value_name = "CODE", help_heading = ARGUMENTS)]
    pub code: String,
    /// Dossier de la nomenclature
    #[arg(long, value_name = "NOMENCLATURE")]
    pub nomenclature: PathBuf,
}

/// Where a batch goes.
#[derive(Debug, Args)]
pub struct Target {
    /// Dossier fait de lots, à créer ou à compléter
    #[arg(long, value_name = "DOSSIER")]
    pub vers: PathBuf,
    /// Fait tout et montre le rapport, sans rien garder
    #[arg(long)]
    pub a_blanc: bool,
}

#[derive(Debug, Args)]
pub struct ImportTables {
    /// Dossier de tables canoniques
    #[arg(value_name = "SOURCE", help_heading = ARGUMENTS)]
    pub source: PathBuf,
    /// Nomenclature qui complète les délivrances, celle qu'écrit `jalon nomenclature importer`
    #[arg(long, value_name = "NOMENCLATURE")]
    pub nomenclature: Option<PathBuf>,
    #[command(flatten)]
    pub target: Target,
}

#[derive(Debug, Args)]
pub struct ImportDcir {
    /// Dossier des tables, en CSV ou en Parquet, entières ou par flux
    #[arg(value_name = "SOURCE", help_heading = ARGUMENTS)]
    pub source: PathBuf,
    /// Nomenclature, pour les présentations qu'IR_PHA_R ne décrit pas en entier
    #[arg(long, value_name = "NOMENCLATURE")]
    pub nomenclature: Option<PathBuf>,
    #[command(flatten)]
    pub target: Target,
}

/// What fills in the class of a drug, and since when patients are listed.
#[derive(Debug, Args)]
pub struct Known {
    /// Nomenclature des médicaments, celle qu'écrit `jalon nomenclature importer`
    #[arg(long, value_name = "NOMENCLATURE")]
    pub nomenclature: Option<PathBuf>,
    /// Premier jour des rattachements que la source ne date pas
    #[arg(long, value_name = "AAAA-MM-JJ", value_parser = day)]
    pub depuis: Option<Date>,
}

#[derive(Debug, Args)]
pub struct ImportFhir {
    /// Fichier, ou dossier de fichiers : .ndjson, .jsonl, .json, avec ou sans .gz
    #[arg(value_name = "SOURCE", help_heading = ARGUMENTS)]
    pub source: PathBuf,
    #[command(flatten)]
    pub known: Known,
    /// Système des identifiants sous lesquels garder les patients, avant tout autre
    #[arg(long, value_name = "URI")]
    pub systeme_patient: Option<String>,
    /// Mis devant les identifiants propres à un logiciel, pour en joindre plusieurs
    #[arg(long, value_name = "TEXTE")]
    pub prefixe: Option<String>,
    #[command(flatten)]
    pub target: Target,
}

#[derive(Debug, Args)]
pub struct ImportOmop {
    /// Dossier des tables, ou archive ZIP
    #[arg(value_name = "SOURCE", help_heading = ARGUMENTS)]
    pub source: PathBuf,
    #[command(flatten)]
    pub known: Known,
    #[command(flatten)]
    pub target: Target,
}

#[derive(Debug, Args)]
pub struct Lots {
    /// Dossier fait de lots
    #[arg(value_name = "DOSSIER", help_heading = ARGUMENTS)]
    pub dossier: PathBuf,
    /// table ou json
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        default_value = "table",
        hide_possible_values = true,
        hide_default_value = true
    )]
    pub format: ListOutput,
}

/// How a list is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ListOutput {
    Table,
    Json,
}

#[derive(Debug, Args)]
pub struct TakeBack {
    /// Numéro du lot, celui que `jalon importer lots` montre
    #[arg(value_name = "LOT", help_heading = ARGUMENTS)]
    pub lot: u32,
    /// Dossier fait de lots
    #[arg(long, value_name = "DOSSIER")]
    pub vers: PathBuf,
}

#[derive(Debug, Args)]
pub struct Contrast {
    /// Dossier des tables de faits
    #[arg(value_name = "DOSSIER", help_heading = ARGUMENTS)]
    pub dossier: PathBuf,
    /// Première campagne
    #[arg(long, value_name = "ANNÉE")]
    pub avant: i16,
    /// Seconde campagne
    #[arg(long, value_name = "ANNÉE")]
    pub apres: i16,
    /// Applique les règles de la seconde campagne aux faits de la première
    #[arg(long)]
    pub memes_faits: bool,
    /// Montre les éléments de chaque dispositif, même pour plusieurs médecins
    #[arg(long)]
    pub detail: bool,
    /// Un seul médecin
    #[arg(long, value_name = "ID")]
    pub medecin: Option<String>,
    /// Valeurs à ajouter aux règles : celles d'un relevé
    #[arg(long, value_name = "DIR")]
    pub complement: Option<PathBuf>,
    /// Règles à la place de celles du programme
    #[arg(long, value_name = "DIR")]
    pub regles: Option<PathBuf>,
    /// table, json ou csv
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        default_value = "table",
        hide_possible_values = true,
        hide_default_value = true
    )]
    pub format: Output,
}

#[derive(Debug, Args)]
pub struct Simulate {
    /// Dossier des tables de faits
    #[arg(value_name = "DOSSIER", help_heading = ARGUMENTS)]
    pub dossier: PathBuf,
    /// Campagne : l'année d'activité
    #[arg(long, value_name = "ANNÉE")]
    pub campagne: i16,
    /// Un seul dispositif ; sans lui, tous ceux de la campagne
    #[arg(long, value_name = "NOM")]
    pub dispositif: Option<String>,
    /// Change un paramètre ; l'option se répète
    #[arg(long, value_name = "ID.CHAMP=VALEUR")]
    pub modifier: Vec<String>,
    /// Réforme livrée avec le programme, ou fichier TOML ; l'option se répète
    #[arg(long, value_name = "NOM|FICHIER")]
    pub reforme: Vec<String>,
    /// Ajoute une ligne par médecin
    #[arg(long)]
    pub par_medecin: bool,
    /// Valeurs à ajouter aux règles : celles d'un relevé
    #[arg(long, value_name = "DIR")]
    pub complement: Option<PathBuf>,
    /// Règles à la place de celles du programme
    #[arg(long, value_name = "DIR")]
    pub regles: Option<PathBuf>,
    /// table, json ou csv
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        default_value = "table",
        hide_possible_values = true,
        hide_default_value = true
    )]
    pub format: Output,
}

#[derive(Debug, Args)]
pub struct Explain {
    #[command(flatten)]
    pub subject: Subject,
    /// Indicateur à expliquer
    #[arg(long, value_name = "ID")]
    pub indicateur: String,
    /// Liste les patients à revoir
    #[arg(long, conflicts_with = "patient")]
    pub patients: bool,
    /// Montre les faits d'un patient
    #[arg(long, value_name = "ID")]
    pub patient: Option<String>,
}

#[derive(Debug, Args)]
pub struct Relaunch {
    #[command(flatten)]
    pub subject: Subject,
    /// Jour de l'état « à ce jour » : les faits d'après sont ignorés ; sans lui, le dernier jour des faits
    #[arg(long, value_name = "AAAA-MM-JJ", value_parser = day)]
    pub au: Option<Date>,
    /// Liste aussi ce qui est déjà validé : patient, indicateur, dernier fait
    #[arg(long)]
    pub faits: bool,
    /// besoin ou valeur
    #[arg(
        long,
        value_enum,
        value_name = "TRI",
        default_value = "besoin",
        hide_possible_values = true,
        hide_default_value = true
    )]
    pub tri: Sorting,
    /// table, csv, xlsx ou json ; sans lui, d'après le nom de FICHIER
    #[arg(long, value_enum, value_name = "FORMAT", hide_possible_values = true)]
    pub format: Option<WorkOutput>,
    /// Écrit dans ce fichier
    #[arg(long, value_name = "FICHIER")]
    pub vers: Option<PathBuf>,
}

/// How patients to call are sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Sorting {
    Besoin,
    Valeur,
}

/// How a worklist is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum WorkOutput {
    Table,
    Csv,
    Xlsx,
    Json,
}

#[derive(Debug, Args)]
pub struct ShowRules {
    /// Indicateur à montrer ; sans lui, la liste
    #[arg(value_name = "INDICATEUR", help_heading = ARGUMENTS)]
    pub indicateur: Option<String>,
    /// Une seule campagne
    #[arg(long, value_name = "ANNÉE")]
    pub campagne: Option<i16>,
    /// Un seul dispositif
    #[arg(long, value_name = "NOM")]
    pub dispositif: Option<String>,
    /// Règles à la place de celles du programme
    #[arg(long, value_name = "DIR")]
    pub regles: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Verify {
    /// Dossier de règles ; sans lui, celles du programme
    #[arg(value_name = "DIR", help_heading = ARGUMENTS)]
    pub regles: Option<PathBuf>,
    /// Nomme les critères qu'aucun cas ne rend vrais, ou faux
    #[arg(long)]
    pub couverture: bool,
    /// Compte les valeurs par statut, dispositif et campagne
    #[arg(long)]
    pub sources: bool,
}

#[derive(Debug, Args)]
pub struct Generate {
    /// Nombre de patients
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    pub patients: u64,
    /// Nombre de médecins
    #[arg(long, value_name = "M", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub medecins: u64,
    /// Graine : la même donne les mêmes octets
    #[arg(long, value_name = "S")]
    pub graine: u64,
    /// Campagne observée
    #[arg(long, value_name = "ANNÉE", value_parser = clap::value_parser!(i16).range(2012..=2030))]
    pub campagne: i16,
    /// Dossier à créer
    #[arg(long, value_name = "DIR")]
    pub vers: PathBuf,
    /// csv ou parquet
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        default_value = "csv",
        hide_possible_values = true,
        hide_default_value = true
    )]
    pub format: TableFormat,
    /// tables, dcir ou fhir
    #[arg(
        long,
        value_enum,
        value_name = "FORME",
        default_value = "tables",
        hide_possible_values = true,
        hide_default_value = true
    )]
    pub forme: Form,
}

/// What invented people are written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Form {
    Tables,
    Dcir,
    Fhir,
}

/// How tables are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TableFormat {
    Csv,
    Parquet,
}

/// A day written `2026-09-20`, of a year that a dossier may speak of.
pub fn day(text: &str) -> Result<Date, String> {
    let date = text
        .parse()
        .ok()
        .filter(|date| jalon_data::day::PLAUSIBLE.contains(&jalon_data::day::of(*date)));
    date.ok_or_else(|| "une date comme 2026-09-20".to_owned())
}
