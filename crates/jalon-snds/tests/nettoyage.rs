//! Each published rule of the SNDS, on tables small enough to be read.

mod support;

use jalon_import::drugs::{Drug, DrugLookup, NoLookup};
use jalon_import::importer::Importer as _;
use jalon_snds::DcirImporter;
use support::{Folder, PRS, import, import_with};

/// Boxes of a drug, by a line of `ER_PRS_F` of pharmacy.
const PHA: &str = "PHA_PRS_C13,PHA_PRS_IDE,PHA_ACT_QSN";

fn remark(report: &jalon_import::Report, wanted: &str) -> bool {
    report.remarques.iter().any(|remark| remark == wanted)
}

#[test]
fn care_becomes_facts() {
    let folder = Folder::new();
    folder.people();
    folder.keyed(
        "ER_PRS_F",
        PRS,
        &[
            // A visit, and the same at the other pseudonym of the same woman.
            (1, "ALICE,1,2024-01-15,1111,1,10000001,,1,0,0,0"),
            (2, "ALICE2,1,2024-02-15,1111,1,10000001,,01,0,0,0"),
            // Pharmacy: two boxes, one of them taken back; a code of before 2014.
            (3, "BOB,1,2024-01-20,3313,2,,10000001,50,0,0,0"),
            (4, "BOB,1,2024-01-20,3313,-1,,10000001,50,0,0,0"),
            (5, "BOB,1,2013-01-20,3313,1,,10000001,50,0,0,0"),
            // A laboratory act, an act whose performer's speciality DA_PRA_R knows.
            (6, "BOB,1,2024-01-21,3211,40,10000009,10000001,30,0,0,0"),
            (7, "BOB,1,2024-01-22,1352,1,10000002,,0,0,0,0"),
            // A drug of a hospital.
            (8, "BOB,1,2024-01-23,3317,1,,,99,0,0,0"),
        ],
    );
    folder.keyed(
        "ER_PHA_F",
        PHA,
        &[(3, "3400921603637,,2"), (4, "3400921603637,,-1"), (5, ",2160363,1")],
    );
    folder.keyed("ER_BIO_F", "BIO_PRS_IDE,BIO_ACT_QSN", &[(6, "127,1"), (6, "1577,1")]);
    folder.keyed("ER_CAM_F", "CAM_PRS_IDE", &[(7, "BGQP002")]);
    folder.keyed("ER_UCD_F", "UCD_UCD_COD,UCD_DLV_NBR", &[(8, "3400892318247,30")]);
    folder.table(
        "IR_PHA_R",
        "PHA_CIP_C13,PHA_ATC_C07,PHA_CND_TOP,PHA_GRS_NUM,PHA_CIP_UCD",
        &["3400921603637,A10BA02,GC,777,", "3400930000000,B02BD02,NGC,,9231824"],
    );
    folder.table(
        "DA_PRA_R",
        "PFS_PFS_NUM,PFS_PRA_SPE,PFS_INS_DSD,IPP_ANN_NAI,DTE_ANN_TRT,DTE_MOI_FIN",
        &[
            "10000001,01,20010401,1970,2023,12",
            "10000002,15,,,2024,12",
            "10000002,01,,,2022,12",
            "10000003,24,,,2024,12",
        ],
    );
    let imported = import(folder.path()).unwrap();
    assert_eq!(imported.left(), []);
    assert_eq!(imported.flows, ["2024-08"]);
    assert_eq!(
        imported.rows("delivrances"),
        [
            "ID-B|2013-01-20|3400921603637|A10BA02|1||true|true|10000001",
            "ID-B|2024-01-20|3400921603637|A10BA02|-1||true|true|10000001",
            "ID-B|2024-01-20|3400921603637|A10BA02|2||true|true|10000001",
            "ID-B|2024-01-23||B02BD02|30||||",
        ]
    );
    assert_eq!(
        imported.rows("actes"),
        [
            "ID-A|2024-01-15|prestation|1111|1||10000001|1|",
            "ID-A|2024-02-15|prestation|1111|1||10000001|1|",
            "ID-B|2024-01-21|nabm|0127|1||10000009|30|10000001",
            "ID-B|2024-01-21|nabm|1577|1||10000009|30|10000001",
            "ID-B|2024-01-22|ccam|BGQP002|1||10000002|15|",
        ]
    );
    assert_eq!(
        imported.rows("patients"),
        ["ID-A|1960-05-01|F|||", "ID-B|1955-12-01|M|2024-03-02||"]
    );
    // Nurses are no doctors; the latest line of a doctor wins.
    assert_eq!(
        imported.rows("medecins"),
        ["10000001||1|2001-04-01|1970-01-01|||", "10000002||15|||||"]
    );
}

/// A nomenclature of two presentations.
struct Two;

impl DrugLookup for Two {
    fn by_cip13(&self, code: &str) -> Option<Drug> {
        let atc = match code {
            "3400921603637" => "A10BA02",
            "3400930000001" => "C10AA05",
            _ => return None,
        };
        let atc = Some(atc.to_owned());
        Some(Drug { atc, repertoire: Some(true), large_pack: Some(false), days_per_box: None })
    }

    fn by_cis(&self, _: &str) -> Option<Drug> {
        None
    }

    fn by_ucd(&self, _: &str) -> Option<Drug> {
        None
    }

    fn hash(&self) -> String {
        "deux".to_owned()
    }
}

#[test]
fn a_nomenclature_says_what_the_reference_does_not() {
    let folder = Folder::new();
    folder.people();
    let care = "BOB,1,2024-01-20,3313,1,,10000001,50,0,0,0";
    folder.keyed("ER_PRS_F", PRS, &[(1, care), (2, care), (3, care)]);
    folder.keyed(
        "ER_PHA_F",
        PHA,
        &[(1, "3400921603637,,1"), (2, "3400930000001,,1"), (3, "3400930000002,,1")],
    );
    // The reference comes first: its class stays, its pack too.
    folder.table("IR_PHA_R", "PHA_CIP_C13,PHA_ATC_C07,PHA_CND_TOP", &["3400921603637,A10BD07,GC"]);
    let imported = import_with(DcirImporter::new(folder.path(), &Two)).unwrap();
    assert_eq!(
        imported.rows("delivrances"),
        [
            "ID-B|2024-01-20|3400921603637|A10BD07|1||true|true|10000001",
            "ID-B|2024-01-20|3400930000001|C10AA05|1||false|true|10000001",
            "ID-B|2024-01-20|3400930000002||1||||10000001",
        ]
    );
    // Another nomenclature would make another batch.
    let settings = |drugs: &dyn DrugLookup| DcirImporter::new(folder.path(), drugs).settings();
    assert_ne!(settings(&Two), settings(&NoLookup));
}

#[test]
fn lines_that_count_for_nothing() {
    let folder = Folder::new();
    folder.table(
        "IR_BEN_R",
        "BEN_NIR_PSA,BEN_RNG_GEM,BEN_CDI_NIR,BEN_NAI_ANN,BEN_NAI_MOI,BEN_SEX_COD",
        &["ALICE,1,00,1960,05,2", "FICTIF,1,09,1960,05,2", "SANSSEXE,1,00,1960,05,0"],
    );
    folder.keyed(
        "ER_PRS_F",
        PRS,
        &[
            (1, "ALICE,1,2024-01-15,1111,1,,,,71,0,0"),
            (2, "ALICE,1,2024-01-15,1111,1,,,,0,72,0"),
            (3, "ALICE,1,2024-01-15,1111,1,,,,0,0,2"),
            (4, "ALICE,1,2024-01-15,1111,0,,,,0,0,0"),
            (5, "ALICE,1,1600-01-01,1111,1,,,,0,0,0"),
            (6, "ALICE,1,1950-01-01,1111,1,,,,0,0,0"),
            (7, "ALICE,2,2024-01-15,1111,1,,,,0,0,0"),
            (8, "FICTIF,1,2024-01-15,1111,1,,,,0,0,0"),
            (9, "SANSSEXE,1,2024-01-15,1111,1,,,,0,0,0"),
            // Billed by a public hospital.
            (10, "ALICE,1,2024-01-15,1111,1,,,,0,0,0"),
            // Pharmacy without its boxes.
            (11, "ALICE,1,2024-01-15,3313,1,,,,0,0,0"),
            // Half an act, and what remains.
            (12, "ALICE,1,2024-01-16,1111,0.5,,,,0,0,1"),
        ],
    );
    folder.keyed("ER_ETE_F", "ETE_IND_TAA", &[(10, "1"), (12, "0"), (99, "0")]);
    folder.keyed(
        "ER_PHA_F",
        PHA,
        &[(1, "3400921603637,,1"), (10, "3400921603637,,1"), (50, "3400921603637,,1"), (12, ",,1")],
    );
    let imported = import(folder.path()).unwrap();
    assert_eq!(imported.rows("actes"), ["ALICE-1|2024-01-16|prestation|1111|1||||"]);
    assert_eq!(imported.rows("delivrances"), [] as [String; 0]);
    assert_eq!(
        imported.left(),
        [
            (2, "ER_PHA_F : détail d'une ligne de ER_PRS_F écartée"),
            (1, "ER_PHA_F : ligne sans partenaire dans ER_PRS_F"),
            (1, "ER_PHA_F : sans code, ou code illisible"),
            (1, "ER_PRS_F : complément ou majoration (CPL_MAJ_TOP 2 ou plus)"),
            (1, "ER_PRS_F : facturation directe d'un hôpital public (ETE_IND_TAA 1)"),
            (2, "ER_PRS_F : ligne pour information (DPN_QLF 71 ou 72, PRS_DPN_QLP 71 ou 72)"),
            (1, "ER_PRS_F : ligne sans partenaire dans ER_PHA_F"),
            (1, "ER_PRS_F : personne absente de IR_BEN_R"),
            (2, "ER_PRS_F : personne écartée"),
            (1, "ER_PRS_F : sans date, ou date hors de 1850 à 2100"),
            (1, "IR_BEN_R : identité fictive ou provisoire (BEN_CDI_NIR autre que 00)"),
            (1, "IR_BEN_R : sexe inconnu"),
            (1, "quantité nulle"),
            (1, "soin avant la naissance"),
        ]
    );
    let left = &imported.report.ecartes["ER_PHA_F : ligne sans partenaire dans ER_PRS_F"];
    assert_eq!(left.exemples, ["ER_PHA_F.csv:4"]);
    assert!(remark(
        &imported.report,
        "IR_BEN_R sans BEN_IDT_ANO : plusieurs pseudonymes d'une même personne font plusieurs patients"
    ));
    assert!(remark(&imported.report, "ER_BIO_F absente : aucun acte de biologie"));
}

#[test]
fn long_term_diseases() {
    let folder = Folder::new();
    folder.people();
    folder.keyed("ER_PRS_F", PRS, &[]);
    folder.table(
        "IR_IMB_R",
        "BEN_NIR_PSA,BEN_RNG_GEM,IMB_ALD_NUM,IMB_ETM_NAT,IMB_ALD_DTD,IMB_ALD_DTF,MED_MTF_COD,MED_NCL_IDT",
        &[
            "ALICE,1,8,41,2010-01-01,1600-01-01,E119,CIM10",
            "ALICE,1,0,41,2011-01-01,2020-12-31,C509,CIM10",
            "ALICE2,1,0,43,2012-01-01,,Z999,CIM10",
            "ALICE,1,0,45,2013-01-01,9999-12-31,,",
            // A tooth, not a tumour: the nomenclature is another.
            "ALICE,1,0,41,2014-01-01,,C50,ISO3950",
            "ALICE,1,0,41,2014-01-01,,E13,CIM10",
            "BOB,1,8,11,2010-01-01,,E119,CIM10",
            "BOB,1,8,13,2010-01-01,,E119,CIM10",
            "BOB,1,8,41,2010-01-01,2009-01-01,E119,CIM10",
            "BOB,1,8,41,,,E119,CIM10",
            "AUTRE,1,8,41,2010-01-01,,E119,CIM10",
        ],
    );
    let imported = import(folder.path()).unwrap();
    assert_eq!(
        imported.rows("ald"),
        [
            "ID-A|8|E119|2010-01-01|",
            "ID-A|30|C509|2011-01-01|2020-12-31",
            "ID-A|31|Z999|2012-01-01|",
            "ID-A|32||2013-01-01|",
        ]
    );
    assert_eq!(
        imported.left(),
        [
            (1, "IR_IMB_R : exonération qui n'est pas une ALD (IMB_ETM_NAT 11)"),
            (1, "IR_IMB_R : exonération qui n'est pas une ALD (IMB_ETM_NAT 13)"),
            (1, "IR_IMB_R : fin avant le début"),
            (2, "IR_IMB_R : numéro d'ALD 0 ou vide, et diagnostic qui n'en désigne aucun"),
            (1, "IR_IMB_R : personne absente de IR_BEN_R"),
            (1, "IR_IMB_R : sans date, ou date hors de 1850 à 2100"),
        ]
    );
    assert!(remark(
        &imported.report,
        "IR_IMB_R : numéro d'ALD 0 ou vide, reconstruit d'après le diagnostic ou la nature de l'exonération, sur 3 lignes"
    ));
}

#[test]
fn one_doctor_at_a_time() {
    let folder = Folder::new();
    folder.people();
    folder.keyed("ER_PRS_F", PRS, &[(1, "BOB,1,2024-01-15,1111,1,20000003,,22,0,0,0")]);
    folder.table(
        "IR_MTT_R",
        "BEN_NIR_PSA,BEN_RNG_GEM,MTT_PFS_NUM,MTT_DEP_DTE,MTT_FIN_DTE",
        &[
            // The first lasts in the file, and ends when the second starts.
            "ALICE,1,20000001,2010-01-01,1600-01-01",
            "ALICE2,1,20000002,2015-06-01,2019-12-31",
            "ALICE,1,20000001,2022-01-01,",
            // Told at both pseudonyms.
            "ALICE2,1,20000001,2022-01-01,",
            "BOB,1,20000003,,",
            "BOB,1,,2020-01-01,",
            "BOB,1,20000004,2021-01-01,2020-01-01",
        ],
    );
    let imported = import(folder.path()).unwrap();
    assert_eq!(
        imported.rows("rattachements"),
        [
            "ID-A|20000001|2010-01-01|2015-06-01",
            "ID-A|20000002|2015-06-01|2020-01-01",
            "ID-A|20000001|2022-01-01|",
            "ID-B|20000003|2005-01-01|",
        ]
    );
    assert_eq!(
        imported.left(),
        [
            (1, "IR_MTT_R : fin avant le début"),
            (1, "IR_MTT_R : période couverte par un autre choix du même jour"),
            (1, "IR_MTT_R : sans numéro de médecin traitant"),
        ]
    );
    // No DA_PRA_R: a speciality comes from the doctor's own acts, or stays unknown.
    assert_eq!(
        imported.rows("medecins"),
        ["20000001||99|||||", "20000002||99|||||", "20000003||22|||||"]
    );
}

#[test]
fn births_that_only_ages_tell() {
    let folder = Folder::new();
    folder.table(
        "IR_BEN_R",
        "BEN_NIR_PSA,BEN_RNG_GEM,BEN_NAI_ANN,BEN_NAI_MOI,BEN_SEX_COD",
        &[
            "BEBE,1,1600,00,1",
            "ADULTE,1,0,,2",
            "ANNEE,1,1980,99,2",
            "JAMAIS,1,,,2",
            "AILLEURS,1,,,1",
        ],
    );
    folder.keyed(
        "ER_PRS_F",
        "BEN_NIR_PSA,BEN_RNG_GEM,EXE_SOI_DTD,PRS_NAT_REF,PRS_ACT_QTE,BEN_AMA_COD,BEN_NAI_ANN",
        &[
            // Five months on 20 June: born from 21 December to 20 January.
            (1, "BEBE,1,2024-06-20,1111,1,1005,"),
            // Six months on 10 July: born from 11 December to 10 January.
            (2, "BEBE,1,2024-07-10,1111,1,1006,0"),
            // 39 on 1 March, 40 on 1 May: born from 2 March 1984 to 1 May 1984.
            (3, "ADULTE,1,2024-03-01,1111,1,39,"),
            (4, "ADULTE,1,2024-05-01,1111,1,40,"),
            (5, "JAMAIS,1,2024-05-01,1111,1,9999,"),
            (6, "AILLEURS,1,2024-05-01,1111,1,,1991"),
        ],
    );
    let imported = import(folder.path()).unwrap();
    assert_eq!(
        imported.rows("patients"),
        [
            "ADULTE-1|1984-03-02|F|||",
            "AILLEURS-1|1991-01-01|M|||",
            "ANNEE-1|1980-01-01|F|||",
            "BEBE-1|2023-12-21|M|||",
        ]
    );
    assert_eq!(
        imported.left(),
        [
            (1, "IR_BEN_R : naissance inconnue, sans âge connu par les soins"),
            (1, "soin d'une personne de naissance inconnue"),
        ]
    );
    assert!(remark(
        &imported.report,
        "IR_BEN_R : naissance inconnue et estimée d'après l'âge aux soins pour 3 personnes, dont 1 sans que l'année soit sûre"
    ));
}

#[test]
fn cover_of_the_latest_care() {
    let folder = Folder::new();
    folder.people();
    folder.keyed(
        "ER_PRS_F",
        "BEN_NIR_PSA,BEN_RNG_GEM,EXE_SOI_DTD,PRS_NAT_REF,PRS_ACT_QTE,BEN_CMU_TOP,BEN_CTA_TYP",
        &[
            (1, "ALICE,1,2024-01-15,1111,1,1,"),
            (2, "ALICE2,1,2024-02-15,1111,1,0,"),
            (3, "BOB,1,2024-01-15,1111,1,,2"),
            (4, "BOB,1,2024-02-15,1111,1,,89"),
        ],
    );
    let imported = import(folder.path()).unwrap();
    assert_eq!(
        imported.rows("patients"),
        ["ID-A|1960-05-01|F||false|", "ID-B|1955-12-01|M|2024-03-02|true|"]
    );
}

#[test]
fn hospital_stays_and_visits() {
    let folder = Folder::new();
    folder.people();
    folder.keyed("ER_PRS_F", PRS, &[]);
    folder.table(
        "T_MCO24C",
        "NIR_ANO_17,ETA_NUM,RSA_NUM,EXE_SOI_DTD,EXE_SOI_DTF",
        &[
            "ALICE,10000024,1,04MAR2024:00:00:00,07MAR2024:00:00:00",
            "BOB,10000024,2,05MAR2024:00:00:00,",
            "xxxxxxxxxxxxxxxxx,10000024,3,05MAR2024:00:00:00,06MAR2024:00:00:00",
            "BOB,10000024,4,05MAR2024:00:00:00,05MAR2024:00:00:00",
        ],
    );
    folder.table(
        "t_mco24b",
        "ETA_NUM,RSA_NUM,DGN_PAL,DGN_REL",
        &["010000024,0000000001,I21,Z51", "010000024,0000000002,,", "010000024,0000000009,I10,"],
    );
    folder.table(
        "T_MCO24D",
        "ETA_NUM;RSA_NUM;ASS_DGN",
        &["010000024;0000000001;\"E119 \"", "010000024;0000000002;I10"],
    );
    folder.table(
        "T_MCO24A",
        "ETA_NUM,RSA_NUM,CDC_ACT",
        &[
            "010000024,0000000001,DDAF006",
            "010000024,0000000001,DDAF006",
            "010000024,0000000001,DDQH012",
            "010000024,0000000002,BGQP002",
        ],
    );
    // The same numbers in another year are other stays.
    folder.table(
        "T_MCO23C",
        "NIR_ANO_17,ETA_NUM,RSA_NUM,EXE_SOI_DTD",
        &["BOB,10000024,1,2023-01-02"],
    );
    folder.table("T_MCO23B", "ETA_NUM,RSA_NUM,DGN_PAL", &["10000024,1,K40"]);
    folder.table(
        "T_MCO24CSTC",
        "NIR_ANO_17,ETA_NUM,SEQ_NUM,EXE_SOI_DTD",
        &["ALICE2,010000024,00000001,2024-05-01"],
    );
    folder.table(
        "T_MCO24FMSTC",
        "ETA_NUM,SEQ_NUM,CCAM_COD,DEL_DAT_ENT",
        &["010000024,00000001,BGQP002,2"],
    );
    folder.table(
        "T_MCO24FCSTC",
        "ETA_NUM,SEQ_NUM,ACT_COD,ACT_NBR,EXE_SPE,DEL_DAT_ENT",
        &["010000024,00000001,CS,1,15,0"],
    );
    let imported = import(folder.path()).unwrap();
    assert_eq!(
        imported.rows("sejours"),
        [
            "ID-A|2024-03-04|2024-03-07|E119|DAS|",
            "ID-A|2024-03-04|2024-03-07|I21|DP|DDAF006",
            "ID-A|2024-03-04|2024-03-07|I21|DP|DDQH012",
            "ID-A|2024-03-04|2024-03-07|Z51|DR|",
            "ID-B|2023-01-02||K40|DP|",
            "ID-B|2024-03-05||I10|DAS|BGQP002",
        ]
    );
    assert_eq!(
        imported.rows("actes"),
        ["ID-A|2024-05-01|ngap|CS|1|||15|", "ID-A|2024-05-03|ccam|BGQP002|1||||"]
    );
    assert_eq!(
        imported.left(),
        [
            (1, "T_MCOaaB : ligne sans partenaire dans T_MCOaaC"),
            (1, "T_MCOaaC : personne absente de IR_BEN_R"),
            (1, "T_MCOaaC : séjour sans aucun diagnostic"),
        ]
    );
    assert_eq!(imported.flows, ["T_MCO23", "T_MCO24"]);
}

/// Extractions of projects: another name for people, a single key, twins.
#[test]
fn other_extractions() {
    let folder = Folder::new();
    folder.table(
        "ir_ben_r",
        "num_enq;ben_rng_gem;ben_nai_ann;ben_nai_moi;ben_sex_cod",
        &["E1;1;1960;5;2", "E1;2;1960;5;1", "E2;1;1970;6;1"],
    );
    folder.table(
        "NS_PRS_F_202401",
        "CLE_DCI_JNT;NUM_ENQ;BEN_RNG_GEM;EXE_SOI_DTD;PRS_NAT_REF;PRS_ACT_QTE",
        &["123456789012;E1;2;15/01/2024;1111;1,00"],
    );
    folder.table(
        "NS_PRS_F_202402",
        "CLE_DCI_JNT;NUM_ENQ;EXE_SOI_DTD;PRS_NAT_REF;PRS_ACT_QTE",
        &["123456789013;E2;20240216;3313;1", "123456789014;E1;20240216;1111;1"],
    );
    folder.table(
        "NS_PHA_F",
        "CLE_DCI_JNT;PHA_PRS_C13;PHA_ACT_QSN",
        &["123456789013;3400921603637;1"],
    );
    let imported = import(folder.path()).unwrap();
    assert_eq!(imported.rows("actes"), ["E1-2|2024-01-15|prestation|1111|1||||"]);
    assert_eq!(imported.rows("delivrances"), ["E2-1|2024-02-16|3400921603637||1||||"]);
    assert_eq!(
        imported.left(),
        [(1, "ER_PRS_F : pseudonyme de plusieurs personnes, sans rang pour les distinguer")]
    );
    assert!(remark(
        &imported.report,
        "flux inconnus : les mois incomplets ne peuvent pas être reconnus"
    ));
}
