//! The words of one's own account.

use super::texts;

texts! {
    /// One's own account.
    Account {
        lists: "Patientèles ouvertes", "Lists open to you";
        none: "aucune", "none";
        password: "Changer de mot de passe", "Change the password";
        old: "Mot de passe actuel", "Current password";
        changed: "Mot de passe changé ; vos autres sessions sont fermées.", "Password changed; your other sessions are closed.";
        change: "Changer", "Change";
        codes: "Codes de secours", "Recovery codes";
        codes_left: "codes de secours restants", "recovery codes left";
        renew: "Remplacer les codes", "Replace the codes";
        renewed: "Vos nouveaux codes de secours", "Your new recovery codes";
        sessions: "Sessions ouvertes", "Open sessions";
        from: "Depuis", "From";
        opened: "Ouverte le", "Opened on";
        seen: "Dernier usage", "Last used";
        this_one: "celle-ci", "this one";
        end: "Fermer", "Close";
        end_others: "Fermer toutes les autres", "Close all others";
        back: "Retour à mon compte", "Back to my account";
    }
}
