//! The words of the simulator.

use super::texts;

texts! {
    /// The simulator.
    Simulator {
        title: "Simulateur", "Simulator";
        says: "Et si vos taux, votre patientèle ou une règle étaient autres ? Le présent et la simulation sont payés sur les mêmes comptes. Rien n'est enregistré.", "What if your rates, your list or a rule were others? The present and the simulation are paid from the same counts. Nothing is saved.";
        rates: "Tous les taux", "All rates";
        rates_now: "points de mieux", "points better";
        rates_says: "En patients ou boîtes entiers, sans dépasser aucun ni tous ; un indicateur déclaré reste ce qu'il est.", "In whole patients or boxes, never beyond none or all; a declared indicator stays what it is.";
        list: "Patientèle", "List size";
        list_says: "vide : celle des faits", "empty: that of the facts";
        reforms: "Réformes livrées", "Reforms that come along";
        lines: "Autres paramètres, un par ligne", "Other parameters, one a line";
        lines_says: "ID.champ=VALEUR, comme jalon simuler --modifier : diabete-hba1c.cible=95", "ID.field=VALUE, as in jalon simuler --modifier: diabete-hba1c.cible=95";
        parameters: "Valeurs du barème", "Values of the scale";
        parameters_says: "Laissez vide ce qui ne change pas ; la valeur présente est entre parenthèses.", "Leave empty what does not change; the present value is in brackets.";
        whole: "Le dispositif", "The scheme";
        point: "valeur du point", "value of the point";
        reference: "patientèle de référence", "reference list";
        share: "part à l'intermédiaire", "share at the intermediate";
        intermediate: "intermédiaire", "intermediate";
        target: "cible", "target";
        minimum: "seuil", "minimum";
        points: "points", "points";
        compute: "Calculer", "Compute";
        result: "Résultat", "Result";
        scheme: "Dispositif", "Scheme";
        now: "Aujourd'hui", "Today";
        then: "Simulation", "Simulation";
        difference: "Différence", "Difference";
        no_change: "Rien n'est changé pour l'instant.", "Nothing is changed yet.";
        not_computed: "Non calculé :", "Not computed:";
        idle: "Sans effet ici :", "Without effect here:";
        cents: "Chaque dispositif est arrondi au centime, comme il serait versé ; les totaux sont les sommes de ces montants. Les percentiles d'une réforme se calculent ici sur vos seuls taux.", "Each scheme is rounded to the cent, as it would be paid; totals are sums of these amounts. Percentiles of a reform are computed here on your own rates alone.";
        facing: "L'ancien système et le nouveau", "The former system and the new one";
        facing_says: "Les règles de la seconde campagne appliquées aux mêmes faits, avec les jours et les âges de la première.", "The rules of the second campaign applied to the same facts, on the days and ages of the first.";
        campaign: "Campagne", "Campaign";
        against: "Campagne à comparer", "Campaign to compare";
        euros: "Euros", "Euros";
        file: "Garder ceci dans un fichier", "Keep this in a file";
        file_says: "Une réforme, que lit aussi jalon simuler --reforme.", "A reform, which jalon simuler --reforme reads too.";
        open: "Ouvrir un fichier", "Open a file";
        open_says: "Collez ici le texte d'un fichier gardé.", "Paste here the text of a file that was kept.";
        open_button: "Ouvrir", "Open";
        not_a_file: "ce texte n'est pas celui d'un fichier du simulateur", "this text is not that of a file of the simulator";
        public_says: "Sans compte et sans dossier : tapez ce que vous savez. Rien n'est enregistré, et rien de ce qui est tapé ne va au journal.", "Without an account or a dossier: type what you know. Nothing is saved, and nothing typed goes to the log.";
        list_public: "Patientèle : combien de patients vous ont déclaré médecin traitant", "List size: how many patients declared you as médecin traitant";
        situation: "Votre situation", "Your situation";
        asks_situation: "Elle décide des majorations ; vide : inconnue, le montant est alors une fourchette", "It decides uplifts; empty: unknown, the amount is then a range";
        birth: "Année de naissance", "Year of birth";
        installed: "Année d'installation", "Year of the first day in practice";
        zone: "Exercice en zone d'intervention prioritaire (oui, non)", "Practice in a priority zone (oui, non)";
        first_practice: "Première installation (oui, non)", "First practice (oui, non)";
        list_of: "Patientèle de ce dispositif", "List of this scheme";
        list_of_says: "vide : toute la patientèle ; les 16 ans et plus pour l'adulte, les autres pour l'enfant", "empty: the whole list; those of 16 and over for adults, the others for children";
        asks_rates: "Taux, comme 26/36 ou 72,2 % ; vide : l'indicateur ne compte pas. Un taux en % est tenu pour au-dessus du seuil de patients.", "Rates, as 26/36 or 72.2 %; empty: the indicator does not count. A rate in % is held to be above the minimum of patients.";
        asks_patients: "Nombre de patients ; vide : aucun", "Number of patients; empty: none";
        asks_answers: "oui, non, un nombre ou un taux ; vide : inconnu, le montant est alors une fourchette", "yes (oui), no (non), a number or a rate; empty: unknown, the amount is then a range";
        answers: "tapez 26/36, 72,2 %, 12, oui ou non", "type 26/36, 72.2 %, 12, oui or non";
        first_list: "Tapez la taille de la patientèle pour voir les montants.", "Type the size of the list to see amounts.";
        signed_in: "J'ai un compte", "I have an account";
    }
}
