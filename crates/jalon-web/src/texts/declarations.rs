//! The words of what is declared.

use super::texts;

texts! {
    /// What is declared.
    Declarations {
        title: "Déclarations", "Declarations";
        says: "Ce que vous déclarez à la caisse, et de quoi le prouver. Ce qui est enregistré ici compte aussitôt dans les chiffres, à la place de ce que dit le dossier ; rien ne part à la caisse.", "What you declare to the fund, with its proof. What is saved here counts at once, in the place of what the dossier says; nothing is sent to the fund.";
        nothing: "Rien à déclarer dans cette campagne.", "Nothing to declare in this campaign.";
        renounced: "Dispositif auquel le médecin a renoncé.", "The doctor gave this scheme up.";
        window: "Saisie", "Entry";
        situation: "Situation du médecin", "The doctor's situation";
        first_practice: "Cette installation est la première", "This practice is the first";
        no_software: "Aucun logiciel certifié n'existe pour la spécialité", "No certified software exists for the speciality";
        out_of: "sur", "out of";
        number: "Nombre", "Number";
        numerator: "Numérateur", "Numerator";
        denominator: "Dénominateur", "Denominator";
        yes: "oui", "yes";
        no: "non", "no";
        asked: "Demandé", "Asked";
        at_least: "au moins", "at least";
        more_than: "plus de", "more than";
        or: "ou", "or";
        pro_rata: "à proportion du taux", "in proportion to the rate";
        threshold_unknown: "seuil inconnu", "threshold unknown";
        proof: "Preuve", "Proof";
        by_facts: "D'après les faits", "From the facts";
        by_facts_floor: "le numérateur est un plancher, à compléter", "the numerator is a floor, to be completed";
        by_facts_no_numerator: "le numérateur ne se lit dans aucun fait", "no fact tells the numerator";
        declared: "Déclaré", "Declared";
        not_declared: "Pas encore déclaré", "Not declared yet";
        in_dossier: "dans le dossier", "in the dossier";
        here: "ici", "here";
        on: "le", "on";
        state: "État", "State";
        shared: "Déclaré plus haut, sous le même nom.", "Declared above, under the same name.";
        declared_on: "Jour de la déclaration", "Day of the declaration";
        save: "Enregistrer les déclarations", "Save the declarations";
        saved: "Déclarations enregistrées.", "Declarations saved.";
        use_facts: "Remplir ce qui manque d'après les faits", "Fill what is missing from the facts";
        prolonged: "prolongée par la caisse", "extended by the fund";
        recap: "Récapitulatif à imprimer", "Summary to print";
        file: "Table declarations.csv", "Table declarations.csv";
        documents: "Pièces", "Documents";
        documents_says: "PDF, PNG ou JPEG, 10 Mio au plus. La pièce est reconnue à son contenu, gardée sous un nom tiré au sort, et retirée après le jour dit.", "PDF, PNG or JPEG, 10 MiB at most. A document is recognised by its content, kept under a random name, and removed after the day given.";
        no_document: "Aucune pièce.", "No document.";
        of_item: "Déclaration", "Declaration";
        choose: "Fichier", "File";
        expires: "À retirer après le (facultatif)", "To be removed after (optional)";
        attach: "Joindre la pièce", "Attach the document";
        attached: "Pièce jointe.", "Document attached.";
        removed: "Pièce retirée.", "Document removed.";
        remove: "Retirer", "Remove";
        size: "Taille", "Size";
        fingerprint: "Empreinte BLAKE3", "BLAKE3 hash";
        added: "Ajoutée le", "Added on";
        until: "Gardée jusqu'au", "Kept until";
        no_end: "sans terme", "no end";
        choose_again: "Choisissez le fichier : il n'a pas été reçu.", "Choose the file: it was not received.";
        declare_first: "Déclarez d'abord, puis joignez la pièce.", "Declare first, then attach the document.";
        mend: "Rien n'a été enregistré : corrigez ce qui est signalé.", "Nothing was saved: mend what is marked.";
        kept_below: "Ce que vous avez tapé est gardé ci-dessous.", "What you typed is kept below.";
        meanwhile: "Quelqu'un a déclaré entre-temps", "Somebody declared meanwhile";
        meanwhile_says: "relisez, puis enregistrez de nouveau pour le remplacer", "read it again, then save again to replace it";
        whole_number: "un nombre entier, 0 ou plus", "a whole number, 0 or more";
        both: "les deux nombres, ou aucun", "both numbers, or none";
        above: "le numérateur dépasse le dénominateur", "the numerator exceeds the denominator";
        yes_or_no: "oui ou non", "yes or no";
        bad_day: "une date comme 2026-01-31", "a date such as 2026-01-31";
        printed_on: "Imprimé le", "Printed on";
        item: "Item", "Item";
        answer: "Réponse", "Answer";
        who: "Enregistré par", "Saved by";
        signature: "Date et signature du médecin", "Date and signature of the doctor";
    }
}
