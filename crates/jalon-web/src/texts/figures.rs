//! The words of curves, forecasts, comparison and the board of the team.

use super::texts;

texts! {
    /// Curves, forecasts, comparison and the board of the team.
    Figures {
        position: "Position", "Position";
        trend: "Tendance", "Trend";
        in_a_year: "en un an", "in a year";
        in_three_months: "en trois mois", "in three months";
        point_of_rate: "point", "point";
        points_of_rate: "points", "points";
        for_100: "pour 100", "per 100";
        better: "mieux", "better";
        worse: "moins bien", "worse";
        stable: "stable", "stable";
        months: "Mois par mois", "Month by month";
        months_says: "Chaque point est le taux de toute la campagne, tel qu'on le connaissait ce jour-là.", "Each point is the rate of the whole campaign, as it was known on that day.";
        no_curve: "Pas de courbe : cet indicateur se déclare, ou personne n'y est compté.", "No curve: this indicator is declared, or nobody is counted in it.";
        underway: "Calcul en cours : les mois et les années passés sont relus une fois, puis gardés.", "Being computed: past months and years are read once, then kept.";
        reload: "Recharger la page", "Reload the page";
        failed: "Les mois passés n'ont pas pu être calculés. Le reste de la page est juste.", "The past months could not be computed. The rest of the page is right.";

        forecast_says: "Où chaque indicateur finira l'année, en fourchette : le taux du jour, plus le moins puis le plus qu'ont gagné vos propres années entre ce même jour et le 31 décembre. Ce n'est pas une promesse.", "Where each indicator will end the year, as a range: today's rate, plus the least then the most that your own years gained between the same day and 31 December. It is no promise.";
        over: "La campagne est finie : il n'y a plus rien à prévoir, la fourchette est le taux lui-même.", "The campaign is over: nothing is left to forecast, the range is the rate itself.";
        tried: "Mise à l'épreuve", "Put to the test";
        tried_says: "Chaque année passée est prévue par les autres seules, du même jour, puis comparée à ce qui est arrivé. Dans leur fourchette :", "Each past year is forecast by the others alone, from the same day, then held against what came. Inside their range:";
        not_tried: "Moins de deux années passées connues : rien ne dit encore ce que valent ces fourchettes.", "Fewer than two past years are known: nothing tells yet what these ranges are worth.";
        of: "sur", "of";
        rate_on: "Taux au", "Rate on";
        year_end: "Fin d'année", "Year end";
        intermediate: "Objectif intermédiaire", "Intermediate objective";
        target: "Cible", "Target";
        years_held: "Années passées dans la fourchette", "Past years inside the range";
        reached: "atteint", "reached";
        maybe: "peut-être", "maybe";
        not_reached: "pas atteint", "not reached";
        unknown: "inconnu", "unknown";
        no_past: "aucune", "none";
        no_year: "aucune : la fourchette est tout ce qui reste possible", "none: the range is all that is still possible";
        one_year: "une seule : pas d'épreuve", "one only: no test";
        too_few: "effectif insuffisant", "too few";
        why: "Pourquoi", "Why";
        unread: "sa définition est inconnue", "its definition is unknown";
        cannot: "Ce qui ne se prévoit pas", "What cannot be forecast";
        declared: "déclaré par le médecin : aucun fait ne le compte", "declared by the doctor: no fact counts it";
        nobody: "personne au dénominateur aujourd'hui", "nobody in the denominator today";
        unbounded: "aucune année passée connue, et rien ne borne ce taux : boîtes, traitements ou événements", "no past year is known, and nothing bounds this rate: boxes, treatments or events";
        not_rates: "Les forfaits par patient et les volets à conditions ne sont pas des taux : ils ne sont pas prévus ici.", "Payments per patient and conditions are not rates: they are not forecast here.";

        team_says: "Ce que l'équipe a fait avancer, sans montant, sans patient et sans nom : la somme des patientèles qui vous sont ouvertes. Au-dessous de 11 au dénominateur, rien n'est affiché.", "What the team has moved, without amount, patient or name: the sum of the lists open to you. Below 11 in the denominator, nothing is shown.";
        summed: "Patientèles additionnées :", "Lists added up:";
        closed_since: "Manques comblés depuis le", "Gaps closed since";
        still_open: "Manques encore ouverts", "Gaps still open";
        balance: "Un manque comblé : un patient de plus au numérateur. C'est un solde : un patient qui part en retire un.", "A gap closed: one more patient in the numerator. It is a balance: a patient who leaves takes one away.";
        few: "moins de 11", "fewer than 11";

        compare: "Comparaison", "Comparison";
        compare_says: "Vos taux parmi ceux des confrères du cabinet qui vous en ont donné l'accord. Ils ne sont pas nommés et rien n'est classé ; leurs patients et leurs montants n'y sont pas. Votre cible et votre propre passé disent plus que le voisin.", "Your rates among those of the colleagues of the practice who agreed to it. They are not named and nothing is ranked; their patients and amounts are not here. Your target and your own past say more than your neighbour.";
        agreed_by: "Confrères qui vous ont donné leur accord :", "Colleagues who agreed:";
        alone_point: "Avec un ou deux confrères, vous saurez sans doute qui est qui : leur accord vaut pour cela. Il n'y a de médiane qu'à partir de trois.", "With one or two colleagues you will probably know who is who: they agreed to that. There is a median from three on.";
        nobody_agreed: "Aucun confrère ne vous a donné son accord : il n'y a rien à comparer.", "No colleague agreed: there is nothing to compare.";
        your_consents: "Vos propres accords", "Your own consents";
        not_compared: "Non comparés : moins de 11 au dénominateur, chez vous ou chez tous les autres, ou taux inconnu", "Not compared: fewer than 11 in the denominator, with you or with all others, or an unknown rate";
        scheme: "Dispositif", "Scheme";
        no_list: "Aucun fait sur cette patientèle dans cette campagne.", "No fact about this list in this campaign.";
    }
}
