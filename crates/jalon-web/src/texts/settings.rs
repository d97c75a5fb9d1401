//! The words of the settings.

use super::texts;

texts! {
    /// Réglages.
    Settings {
        people: "Personnes et droits", "People and rights";
        practice: "Cabinet et sécurité", "Practice and security";
        backups: "Sauvegardes et conservation", "Backups and retention";
        journal: "Journal", "Journal";
        consents: "Accords de comparaison", "Consents to comparison";
        conformity: "Conformité", "Conformity";
        login: "Identifiant", "Login";
        lists: "Patientèles ouvertes", "Lists open";
        own: "Médecin dont c'est le compte", "Doctor whose account it is";
        own_says: "Pour un médecin : son identifiant dans les faits. Lui seul voit ses montants.", "For a doctor: the identifier in the facts. Only that doctor sees the amounts.";
        lists_says: "Identifiants de médecins, séparés par des espaces ou des virgules.", "Identifiers of doctors, separated by spaces or commas.";
        known_doctors: "Médecins des faits :", "Doctors of the facts:";
        state: "État", "State";
        invited: "invité", "invited";
        active: "ouvert", "open";
        closed: "fermé", "closed";
        second_factor: "second facteur", "second factor";
        no_second_factor: "sans second facteur", "no second factor";
        invite: "Inviter quelqu'un", "Invite somebody";
        invite_do: "Inviter", "Invite";
        change: "Modifier", "Change";
        rights: "Droits", "Rights";
        rights_says: "Changer les droits ferme les sessions de la personne.", "Changing rights closes the person's sessions.";
        close: "Fermer le compte", "Close the account";
        reopen: "Rouvrir le compte", "Reopen the account";
        again: "Inviter de nouveau", "Invite again";
        again_says: "Téléphone perdu, mot de passe oublié : le mot de passe et le second facteur actuels ne valent plus rien, tout de suite.", "Lost telephone, forgotten password: the present password and second factor are void at once.";
        code: "Code d'invitation", "Invitation code";
        code_says: "Remettez ce code en main propre, avec l'adresse. Il sert une fois et ne sera plus affiché.", "Hand over this code in person, with the address. It serves once and will not be shown again.";
        address: "Adresse", "Address";
        until: "Valable jusqu'au", "Good until";
        back: "Retour", "Back";
        practice_name: "Nom du cabinet", "Name of the practice";
        fund: "Code de la caisse", "Code of the fund";
        fund_says: "Trois chiffres ; pour les périodes que la caisse prolonge.", "Three digits; for the windows that the fund prolongs.";
        factor: "Second facteur à la connexion", "Second factor at sign-in";
        factor_required: "obligatoire pour tous", "required of all";
        factor_optional: "facultatif", "optional";
        saved: "Enregistré.", "Saved.";
        backup_do: "Sauvegarder maintenant", "Back up now";
        backup_says: "Une copie vérifiée de la base, dans le dossier ci-dessous. Copiez ce dossier et celui des pièces sur un autre support. Les plus anciennes au-delà de dix sont retirées.", "A checked copy of the database, in the folder below. Copy this folder and that of documents to another medium. The oldest beyond ten are removed.";
        backup_none: "Aucune sauvegarde.", "No backup.";
        folder: "Sauvegardes", "Backups";
        documents: "Pièces", "Documents";
        file: "Fichier", "File";
        size: "Taille", "Size";
        retention: "Conservation", "Retention";
        retention_says: "Chaque jour, ce qui a expiré est retiré : pièces et relevés dont la date est passée, sessions, invitations. Le journal garde combien.", "Every day what has expired is removed: documents and statements past their date, sessions, invitations. The journal keeps how much.";
        sweep_do: "Retirer maintenant", "Remove now";
        swept: "Retiré : pièces, relevés, sessions, invitations :", "Removed: documents, statements, sessions, invitations:";
        when: "Quand", "When";
        who: "Qui", "Who";
        from: "Depuis", "From";
        what: "Quoi", "What";
        on: "Sur", "On";
        outcome: "Issue", "Outcome";
        all: "tout", "all";
        older: "Lignes plus anciennes", "Older lines";
        no_line: "Aucune ligne.", "No line.";
        own_journal: "Ce que le journal dit de vous.", "What the journal says of you.";
        colleague: "Confrère", "Colleague";
        agreed: "accord donné", "agreed";
        not_agreed: "pas d'accord", "not agreed";
        agree: "Donner l'accord", "Agree";
        withdraw: "Retirer l'accord", "Withdraw";
        consents_says: "Un confrère à qui vous donnez votre accord peut mettre ses taux en regard des vôtres : jamais vos patients, jamais vos montants.", "A colleague to whom you agree may set rates beside yours: never your patients, never your amounts.";
        alone: "Aucun autre médecin dans les faits.", "No other doctor in the facts.";
    }
}
