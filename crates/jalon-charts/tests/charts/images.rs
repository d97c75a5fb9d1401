//! Each chart as it is written, in both layouts, with its table.

use crate::support::{all, prefix};
use jalon_charts::{Width, figure};

#[test]
fn drawings_and_tables() {
    for (name, chart) in all() {
        insta::assert_snapshot!(format!("{name}-large"), chart.svg(&prefix(), Width::Wide));
        insta::assert_snapshot!(format!("{name}-etroit"), chart.svg(&prefix(), Width::Narrow));
        insta::assert_snapshot!(format!("{name}-table"), chart.table().html());
    }
}

#[test]
fn a_figure_holds_both_layouts_and_the_table() {
    let (_, chart) = all().remove(0);
    let html = figure(&*chart, &prefix());
    for part in
        ["id=\"g-large-titre\"", "id=\"g-etroit-titre\"", "<summary>Voir les valeurs</summary>"]
    {
        assert_eq!(html.matches(part).count(), 1, "{part}");
    }
    assert!(html.contains(&chart.table().html()));
}
