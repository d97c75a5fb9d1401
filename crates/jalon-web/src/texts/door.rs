//! The words of whoever is not inside yet: sign in, first run, invitation.

use super::texts;

texts! {
    /// Sign in, first run, invitation.
    Door {
        login: "Identifiant", "Login";
        password: "Mot de passe", "Password";
        code: "Code à six chiffres, ou code de secours", "Six-digit code, or recovery code";
        enter: "Se connecter", "Sign in";
        refused: "Connexion refusée : identifiant, mot de passe ou code inexact.", "Refused: wrong login, password or code.";
        wait: "Trop d'essais. Réessayez dans", "Too many tries. Try again in";
        seconds: "secondes", "seconds";
        minutes: "minutes", "minutes";
        busy: "Trop de connexions à la fois. Réessayez dans quelques secondes.", "Too many people are signing in. Try again in a few seconds.";
        lost: "Votre session a pris fin. Ce que vous aviez saisi est gardé : connectez-vous pour le retrouver.", "Your session has ended. What you typed is kept: sign in to find it again.";
        simulator: "Simulateur, sans compte", "Simulator, without an account";
        invited: "J'ai reçu une invitation", "I was invited";
        again: "Reprendre la saisie", "Take up again";
        again_says: "Votre session avait pris fin avant que ceci soit enregistré. Relisez, puis envoyez ; les mots de passe ne sont pas gardés.", "Your session had ended before this was saved. Read it again, then send; passwords are not kept.";
        send: "Envoyer", "Send";
        drop: "Abandonner", "Give up";
        setup: "Mise en service", "First run";
        setup_says: "Personne n'a encore de compte ici. Le premier compte administre : il ouvre les autres, et ne voit ni patient ni montant.", "Nobody has an account here yet. The first account manages: it opens the others, and sees neither patients nor amounts.";
        console_code: "Code affiché sur la console", "Code shown on the console";
        your_name: "Votre nom, tel que vos collègues le liront", "Your name, as colleagues will read it";
        login_says: "2 à 40 caractères : lettres sans accent, chiffres, point, tiret", "2 to 40 characters: letters without accents, digits, dot, dash";
        go_on: "Continuer", "Go on";
        demo: "Essayer d'abord", "Try first";
        demo_says: "Un cabinet inventé, dans un dossier à part : rien de ce qui s'y fait ne touche vos données.", "An invented practice, in a folder of its own: nothing done there touches your data.";
        open_demo: "Ouvrir la démonstration", "Open the demonstration";
        demo_accounts: "Comptes de la démonstration", "Accounts of the demonstration";
        demo_password: "Mot de passe de tous ces comptes, sans code :", "Password of all these accounts, without a code:";
        invitation: "Invitation", "Invitation";
        invitation_says: "Tapez le code qui vous a été remis. Il ne sert qu'une fois.", "Type the code you were given. It serves once.";
        invitation_code: "Code d'invitation", "Invitation code";
        welcome: "Bienvenue", "Welcome";
        choose: "Choisissez votre mot de passe", "Choose your password";
        choose_says: "15 caractères au moins. Quatre ou cinq mots sans rapport entre eux se retiennent bien.", "15 characters at least. Four or five unrelated words are easy to remember.";
        new_password: "Mot de passe", "Password";
        same_password: "Le même mot de passe, une seconde fois", "The same password, a second time";
        not_same: "Les deux mots de passe ne sont pas les mêmes.", "The two passwords differ.";
        second_factor: "Second facteur", "Second factor";
        second_factor_says: "Avec une application de codes sur votre téléphone, lisez cette image ou tapez ce secret, puis écrivez le code qu'elle affiche.", "With a code application on your telephone, scan this picture or type this secret, then write the code it shows.";
        picture: "Secret du second facteur, à lire avec une application de codes", "Secret of the second factor, to scan with a code application";
        secret: "Secret", "Secret";
        first_code: "Code à six chiffres affiché par l'application", "Six-digit code shown by the application";
        optional: "Le cabinet permet de s'en passer : laissez alors le code vide.", "The practice lets you do without: then leave the code empty.";
        finish: "Ouvrir mon compte", "Open my account";
        opened: "Votre compte est ouvert", "Your account is open";
        recovery: "Codes de secours", "Recovery codes";
        recovery_says: "Notez-les sur papier : chacun remplace une fois le code du téléphone. Ils ne seront plus affichés.", "Write them on paper: each replaces the code of the telephone once. They will not be shown again.";
    }
}
