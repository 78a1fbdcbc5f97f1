"""Words of one's own account and of revealing a name."""

WORDS = {
    "me.saved": ("Saved", "Enregistré"),
    "me.role": ("Your role", "Votre rôle"),
    "me.may": ("What you may do", "Ce que vous pouvez faire"),
    "me.back": ("Back to the account", "Retour au compte"),
    "me.security": ("Sign-in", "Connexion"),
    "me.password": ("Change the password", "Changer le mot de passe"),
    "me.mfa": ("Second factor", "Second facteur"),
    "me.editor": (
        "Folder of your checkout, for links to your editor",
        "Dossier de votre copie du code, pour les liens vers l’éditeur",
    ),
    "me.root_absolute": (
        "A folder begins with /, seen: {seen}",
        "Un dossier commence par /, lu : {seen}",
    ),
    "me.reason_short": (
        "Say in a sentence why you need the name (at least 10 characters).",
        "Dites en une phrase pourquoi le nom est nécessaire (10 caractères au moins).",
    ),
    "me.reveal": ("Show the name", "Afficher le nom"),
    "me.reveal_why": (
        "You see people under a pseudonym. The name is shown for an hour; your reason is recorded and auditors read it.",
        "Vous voyez les personnes sous pseudonyme. Le nom s’affiche une heure ; le motif est enregistré et lu par l’audit.",
    ),
    "me.reason": ("Why do you need it?", "Pourquoi est-ce nécessaire ?"),
    "login.title": ("Sign in", "Connexion"),
    "login.unknown": (
        "Nobody with this address has been added. Ask an administrator.",
        "Personne n’est enregistré sous cette adresse. Demandez à l’administration.",
    ),
    "login.with": ("Sign in with {name}", "Se connecter avec {name}"),
}
