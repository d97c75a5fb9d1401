//! The words of due dates and payments.

use super::texts;

texts! {
    /// Due dates and payments.
    Calendar {
        title: "Calendrier et versements", "Calendar and payments";
        opens: "Ouvre le", "Opens on";
        open: "Ouverte :", "Open:";
        open_no_end: "Ouverte ; jour de fermeture inconnu", "Open; closing day unknown";
        closes: "ferme le", "closes on";
        last_day: "dernier jour", "last day";
        closed: "Fermée depuis le", "Closed since";
        begun_unknown: "; jour d'ouverture inconnu", "; opening day unknown";
        unknown_days: "Jours inconnus", "Days unknown";
        due_dates: "Échéances", "Due dates";
        scheme: "Dispositif", "Scheme";
        what: "Échéance", "Due date";
        declaration: "Déclarer", "Declare";
        payment: "Versement", "Payment";
        from: "Du", "From";
        to: "Au", "To";
        state: "Où en est-on", "Where it stands";
        source: "Source", "Source";
        unknown: "inconnu", "unknown";
        prolonged: "prolongée", "extended";
        was_due: "Attendu depuis le", "Due since";
        due_from: "Attendu à partir du", "Due from";
        due_by: "Attendu avant le", "Due by";
        computed: "Calculé", "Computed";
        expected: "Attendu", "Expected";
        received: "Reçu", "Received";
        gap: "Écart", "Gap";
        gap_says: "L'écart est ce qui est reçu moins ce qui est attendu. Est attendu ce que vous avez écrit l'être ; sinon, ce qui est calculé, une fois le dernier jour du versement passé.", "The gap is what was received less what is expected. What you wrote is expected; else what is computed, once the last day of the payment has passed.";
        not_due: "pas encore dû", "not due yet";
        money: "Versements", "Payments";
        no_money: "Aucun versement écrit.", "No payment written.";
        label: "Libellé de la banque ou de la caisse", "Label of the bank or the fund";
        side: "Nature", "Kind";
        amount: "Montant en euros", "Amount in euros";
        amount_says: "comme 1234,56 ; avec un moins, une reprise", "as in 1234,56; with a minus, taken back";
        day: "Jour", "Day";
        add: "Écrire un versement", "Write a payment";
        add_button: "Écrire", "Write";
        cancel: "Retirer", "Take back";
        extend: "La caisse a prolongé une échéance", "The fund extended a due date";
        extend_says: "Une prolongation vaut pour la caisse du cabinet ; la dernière écrite l'emporte.", "An extension holds for the fund of the practice; the last one written wins.";
        fund: "Caisse", "Fund";
        until: "Nouveau dernier jour", "New last day";
        read_where: "Où l'avez-vous lu", "Where you read it";
        extend_button: "Prolonger", "Extend";
        bad_amount: "montant illisible : un nombre comme 1234,56", "unreadable amount: a number such as 1234,56";
        bad_day: "jour illisible : une date comme 2026-04-28", "unreadable day: a date such as 2026-04-28";
        bad_scheme: "dispositif inconnu dans cette campagne", "scheme unknown in this campaign";
        saved: "Enregistré.", "Saved.";
    }
}
