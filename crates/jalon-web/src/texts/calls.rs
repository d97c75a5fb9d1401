//! The words of whom to call, and of one patient.

use jalon_store::worklist::{FundMark, State};

use super::texts;

texts! {
    /// Whom to call, and one patient.
    Calls {
        to_list: "Aller à la liste", "Go to the list";
        all: "tous", "all";
        anyone: "tout le monde", "anybody";
        nobody: "personne", "nobody";
        state: "État", "Status";
        following: "à suivre", "to follow";
        to_contact: "à contacter", "to contact";
        everybody: "tous, clos compris", "all, closed included";
        owner: "Responsable", "In charge";
        appointment: "Rendez-vous", "Appointment";
        with: "avec", "with";
        without: "sans", "without";
        order: "Ordre", "Order";
        by_need: "manques, puis échéance", "gaps, then deadline";
        by_deadline: "échéance", "deadline";
        by_contact: "dernier contact, le plus ancien d'abord", "last contact, oldest first";
        by_appointment: "rendez-vous", "appointment";
        by_patient: "identifiant", "identifier";
        show_euros: "Montants", "Amounts";
        worth: "Ensemble", "Together";
        search: "Chercher un identifiant", "Search for an identifier";
        look_up: "Chercher", "Search";
        found: "Recherche", "Search";
        found_none: "Aucun patient de cette liste n'a cet identifiant.", "No patient of this list has that identifier.";
        found_many: "Seuls les 100 premiers sont affichés : précisez la recherche.", "Only the first 100 are shown: make the search more precise.";
        too_short: "Tapez au moins trois caractères de l'identifiant.", "Type at least three characters of the identifier.";
        back: "Revenir à la liste", "Back to the list";
        back_patient: "Revenir à la fiche", "Back to the patient";
        page: "page", "page";
        pages: "Pages de la liste", "Pages of the list";
        of: "sur", "of";
        before_page: "Page précédente", "Previous page";
        next_page: "Page suivante", "Next page";
        whole: "Tout afficher, pour imprimer", "Show everything, to print";
        counted_by_fund: "comptés par la caisse", "counted by the fund";
        to_claim: "écarts à réclamer", "discrepancies to claim";
        export: "Emporter cette liste", "Take this list away";
        pick: "Choisir", "Choose";
        pick_all: "Choisir toute la page", "Choose the whole page";
        bulk: "Pour les patients choisis", "For the patients chosen";
        unchanged: "inchangé", "unchanged";
        note_it: "Noter", "Note";
        result: "Résultat", "Outcome";
        choose: "choisir…", "choose…";
        reason: "Motif", "Reason";
        day: "Rendez-vous le, ou à revoir le", "Appointment on, or to look at again on";
        note: "Note", "Note";
        about: "Pour", "About";
        everything: "tout le patient", "the whole patient";
        record: "Enregistrer", "Save";
        undo: "Annuler", "Undo";
        redo: "Rétablir", "Restore";
        recorded: "C'est enregistré.", "Saved.";
        undone: "La modification est annulée.", "The change is undone.";
        until: "jusqu'au", "until";
        untouched: "rien de noté", "nothing noted";
        on: "le", "on";
        past: "passé", "past";
        again_on: "à revoir le", "to look at again on";
        unknown_person: "ancien compte", "former account";
        probable: "Cas probables, que la caisse ne voit pas", "Probable cases that the fund does not see";
        keys: "Touches", "Keys";
        keys_says: "Elles n'agissent que dans la liste.", "They act inside the list only.";
        keys_move: "patient suivant, précédent", "next, previous patient";
        keys_open: "noter un résultat", "note an outcome";
        keys_choose: "choisir le résultat", "choose the outcome";
        keys_enter: "enregistrer", "save";
        keys_escape: "refermer", "close";
        keys_pick: "cocher", "tick";
        keys_undo: "annuler la dernière modification", "undo the last change";
        keys_search: "chercher", "search";
        keys_help: "cette liste de touches", "this list of keys";
        enter_key: "Entrée", "Enter";
        escape_key: "Échap", "Esc";
        reason_wanted: "Ce résultat demande un motif.", "This outcome wants a reason.";
        confidential: "Confidentiel", "Confidential";
        printed: "Imprimé le", "Printed on";
        by: "par", "by";
        nothing_saved: "Rien n'est enregistré", "Nothing is saved";
        stale: "Quelqu'un a noté autre chose entre-temps. Rien n'a été écrasé, et ce que vous aviez saisi est ci-dessous : relisez, puis enregistrez ou gardez ce qui est noté.", "Somebody noted something else meanwhile. Nothing was overwritten, and what you typed is below: read it again, then save or keep what is noted.";
        stale_undo: "Cette modification ne s'annule plus : le patient a changé depuis.", "This change cannot be undone any more: the patient has changed since.";
        kept: "Ce que vous aviez saisi est ci-dessous.", "What you typed is below.";
        meanwhile: "Ce qui a été noté entre-temps", "What was noted meanwhile";
        others: "autres patients ont changé aussi", "other patients changed too";
        keep_theirs: "Garder ce qui est noté", "Keep what is noted";
        none_chosen: "Aucun patient n'est coché.\naide : cochez-en dans la liste", "No patient is ticked.\nhint: tick some in the list";
        no_state: "Choisissez un résultat.", "Choose an outcome.";
        unknown_gap: "Cet indicateur n'est pas de ceux du cabinet.", "This indicator is not one of the practice's.";
        bad_day: "La date est illisible.\naide : écrivez-la 31/12/2024", "The date cannot be read.\nhint: write it 31/12/2024";
        bad_owner: "Cette personne est inconnue.", "This person is unknown.";
        who: "Qui", "Who";
        when: "Quand", "When";
        what: "Quoi", "What";
        where_it_stands: "Où en est-on", "Where it stands";
        evidence: "Indicateurs et preuves", "Indicators and evidence";
        unconcerned: "Indicateurs qui ne le comptent pas", "Indicators that do not count the patient";
        part: "Rôle", "Part";
        criterion: "Critère", "Criterion";
        met: "Rempli", "Met";
        seen: "Compte", "Count";
        last: "Dernier", "Last";
        yes: "oui", "yes";
        no: "non", "no";
        excluded: "exclu", "excluded";
        not_met: "pas rempli", "not met";
        weighs: "pèse sur le taux", "weighs on the rate";
        weighs_not: "ne pèse pas sur le taux", "does not weigh on the rate";
        proofs: "Pièces", "Proofs";
        no_proof: "Aucune pièce pour ce patient dans cette campagne.", "No proof for this patient in this campaign.";
        expires: "Gardée jusqu'au", "Kept until";
        history: "Historique", "History";
        no_history: "Rien n'a encore été noté.", "Nothing was noted yet.";
        undone_line: "annulé", "undone";
        undoing: "annulation", "undoing";
        undo_says: "Annule toute la modification, pour tous ses patients.", "Undoes the whole change, for all its patients.";
        no_mark: "la caisse n'en dit plus rien", "the fund says nothing of it any more";
        looked: "Qui a ouvert cette fiche", "Who opened this page";
        looked_says: "Les lectures de la liste entière sont au journal du cabinet.", "Reads of the whole list are in the journal of the practice.";
        times: "fois", "times";
        read: "lecture", "read";
        changed: "modification", "change";
        proof: "pièce", "proof";
        to_check: "à vérifier", "to verify";
        to_call: "à appeler", "to call";
        booked: "rendez-vous", "appointment";
        done: "fait", "done";
        proved: "prouvé", "proved";
        declined: "refusé", "declined";
        not_applicable: "non applicable", "not applicable";
        elsewhere: "fait ailleurs", "done elsewhere";
        unreachable: "introuvable", "unreachable";
        left: "parti", "left";
        dead: "décédé", "deceased";
        counted: "compté par la caisse", "counted by the fund";
        claim: "écart à réclamer", "discrepancy to claim";
    }
}

impl Calls {
    /// What people read of a state.
    pub const fn of_state(&self, state: State) -> &'static str {
        match state {
            State::ToCheck => self.to_check,
            State::ToCall => self.to_call,
            State::Booked => self.booked,
            State::Done => self.done,
            State::Proved => self.proved,
            State::Declined => self.declined,
            State::NotApplicable => self.not_applicable,
            State::DoneElsewhere => self.elsewhere,
            State::Unreachable => self.unreachable,
            State::Left => self.left,
            State::Dead => self.dead,
        }
    }

    /// What people read of a mark of the fund.
    pub const fn of_mark(&self, mark: FundMark) -> &'static str {
        match mark {
            FundMark::Counted => self.counted,
            FundMark::ToClaim => self.claim,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::Language;

    #[test]
    fn the_french_words_are_those_of_the_memory() {
        let words = Calls::of(Language::French);
        for state in State::ALL {
            assert_eq!(words.of_state(*state), state.label());
        }
        for mark in FundMark::ALL {
            assert_eq!(words.of_mark(*mark), mark.label());
        }
    }
}
