//! The public synthetic sample: ten lines a table, keys that join, values
//! without sense. Each line must be read, and each that is left out must be so
//! for a reason that can be checked by eye.

mod support;

use support::{import, reference};

#[test]
fn the_public_sample_is_read_whole() {
    let Some(sample) = reference("snds/synthetic-10rows") else { return };
    let imported = import(&sample).unwrap();
    for (table, lines) in &imported.report.lus {
        assert_eq!(*lines, 10, "{table}");
    }
    let tables: Vec<_> = imported.report.lus.keys().map(String::as_str).collect();
    assert_eq!(
        tables,
        [
            "DA_PRA_R", "ER_BIO_F", "ER_CAM_F", "ER_ETE_F", "ER_PHA_F", "ER_PRS_F", "ER_UCD_F",
            "IR_BEN_R", "IR_IMB_R", "IR_MTT_R",
        ]
    );
    // One person of ten has a true identity, and one line of each table of
    // claims is about that person: a supplement, which its details survive.
    assert_eq!(
        imported.left(),
        [
            (9, "ER_BIO_F : détail d'une ligne de ER_PRS_F écartée"),
            (9, "ER_CAM_F : détail d'une ligne de ER_PRS_F écartée"),
            (9, "ER_PHA_F : détail d'une ligne de ER_PRS_F écartée"),
            (1, "ER_PRS_F : complément ou majoration (CPL_MAJ_TOP 2 ou plus)"),
            (9, "ER_PRS_F : personne écartée"),
            (9, "ER_UCD_F : détail d'une ligne de ER_PRS_F écartée"),
            (9, "IR_BEN_R : identité fictive ou provisoire (BEN_CDI_NIR autre que 00)"),
            (1, "IR_IMB_R : exonération qui n'est pas une ALD (IMB_ETM_NAT 0)"),
            (1, "IR_IMB_R : exonération qui n'est pas une ALD (IMB_ETM_NAT 11)"),
            (2, "IR_IMB_R : exonération qui n'est pas une ALD (IMB_ETM_NAT 13)"),
            (1, "IR_IMB_R : exonération qui n'est pas une ALD (IMB_ETM_NAT 20)"),
            (2, "IR_IMB_R : exonération qui n'est pas une ALD (IMB_ETM_NAT 21)"),
            (2, "IR_IMB_R : exonération qui n'est pas une ALD (IMB_ETM_NAT 47)"),
            (1, "IR_IMB_R : personne écartée"),
            (1, "IR_MTT_R : fin avant le début"),
            (9, "IR_MTT_R : personne écartée"),
        ]
    );
    let written = |table| imported.report.ecrits.get(table).copied().unwrap_or_default();
    assert_eq!(
        ["patients", "delivrances", "actes", "ald", "rattachements", "sejours"].map(written),
        [1, 2, 2, 0, 0, 0]
    );
}
