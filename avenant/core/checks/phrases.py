"""The sentences of findings in English and in French, with blanks; the words of the places where findings are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

PHRASES: Final[tuple[tuple[str, str], ...]] = (
    ("{} more like these; {}", "{} autres comme ceux-ci ; {}"),
    (
        "repair the first ones, or narrow the check with --contract",
        "réparez les premiers, ou limitez le contrôle avec --contract",
    ),
    ("could not run, so nothing is known: {}", "n’a pas pu être exécuté, on ne sait donc rien : {}"),
    (
        "rulebook {} came into force after the last nightly run; the book is compared under {}, with which it was "
        "made",
        "le barème {} est entré en vigueur après le dernier traitement ; le livre est comparé sous {}, avec lequel "
        "il a été fait",
    ),
    # guards
    ("is disabled, or a session can switch it off", "est désactivée, ou une session peut la couper"),
    ("no longer does what it should", "ne fait plus ce qu’elle doit"),
    ("role {} may {} rows; revoke it", "le rôle {} peut faire {} sur des lignes ; retirez-lui ce droit"),
    (
        "the role of re-runs may {}; revoke it",
        "le rôle des réexécutions peut faire {} ; retirez-lui ce droit",
    ),
    (
        "{} of {} was cut short {} days ago, and none of its kind ended well since: run it again",
        "{} du {} a été interrompu il y a {} jours, et aucun de la même sorte n’a abouti depuis : relancez-le",
    ),
    ("guard {} is missing; {}", "la protection {} manque ; {}"),
    ("constraint {} is missing; {}", "la contrainte {} manque ; {}"),
    ("guard {} {}; {}", "la protection {} {} ; {}"),
    (
        "let the owner of the tables restore it, then verify the rows with `avenant check --chain`",
        "que le propriétaire des tables la rétablisse, puis vérifiez les lignes avec `avenant check --chain`",
    ),
    # balances, settlements, payouts
    (
        "{} due of a total of {} with {} of balance used",
        "{} dus sur un total de {} avec {} de solde utilisé",
    ),
    (
        "should move the balance by {}, its movement is {}",
        "devrait faire varier le solde de {}, son mouvement est de {}",
    ),
    ("uses {} and leaves the balance at {}", "utilise {} et laisse le solde à {}"),
    (
        "{} entries are tied to it, and it does not exist",
        "{} écritures y sont rattachées, et il n’existe pas",
    ),
    ("is tied {} times", "est rattachée {} fois"),
    ("the total is {}, its entries make {}", "le total est de {}, ses écritures font {}"),
    ("the employer's part is {}, its entries make {}", "la part employeur est de {}, ses écritures font {}"),
    ("the tax is {}, its entries make {}", "la taxe est de {}, ses écritures font {}"),
    (
        "the number of entries is {}, its entries make {}",
        "le nombre d’écritures est de {}, ses écritures font {}",
    ),
    ("it holds {}", "il contient {}"),
    ("{} entries that do not exist", "{} écritures qui n’existent pas"),
    ("{} entries of another contract", "{} écritures d’un autre contrat"),
    ("{} entries of a later month", "{} écritures d’un mois ultérieur"),
    (
        "it says {} in {} entries, its entries make {} in {}",
        "il dit {} en {} écritures, ses écritures font {} en {}",
    ),
    ("{} entries are missing or another payee's", "{} écritures manquent ou sont d’un autre bénéficiaire"),
    ("stands right after number {} of its series", "suit immédiatement le numéro {} de sa série"),
    (
        "its entry {} is in {} payouts: stop the transfers and look",
        "son écriture {} est dans {} versements : arrêtez les virements et regardez",
    ),
    (
        "{} were paid to one payee, and no decision ever said more than {}: a charge was paid before the one it "
        "replaces was taken back",
        "{} ont été versés à un bénéficiaire, et aucune décision n’a jamais dit plus de {} : une écriture a été "
        "payée avant que celle qu’elle remplace soit reprise",
    ),
    (
        "{} are owed since {}, and payout {} to the same payee left them out: report it as a defect",
        "{} sont dus depuis le {}, et le versement {} au même bénéficiaire les a oubliés : signalez ce défaut",
    ),
    ("is a {}, but its total makes it a {}", "est « {} », mais son total en fait « {} »"),
    ("documents have a number, and nothing else has", "seuls les documents ont un numéro"),
    (
        "stands right after number {}: a number between them is gone, or told twice",
        "suit immédiatement le numéro {} : un numéro manque entre eux, ou est dit deux fois",
    ),
    (
        "is dated {}, before the number before it ({})",
        "est daté du {}, avant le numéro qui le précède ({})",
    ),
    ("is dated {}, in another year than its number", "est daté du {}, d’une autre année que son numéro"),
    # days, prices, taxes
    (
        "{} covered days are {} billed days by {}, the entries bill {}",
        "{} jours couverts font {} jours facturés selon {}, les écritures en facturent {}",
    ),
    (
        "{} days are covered, the entries account for {}",
        "{} jours sont couverts, les écritures en comptent {}",
    ),
    (
        "{} days are covered and nothing is booked: run `avenant nightly`; if it stays so, report it as a defect",
        "{} jours sont couverts et rien n’est comptabilisé : lancez `avenant nightly` ; si cela reste, signalez ce "
        "défaut",
    ),
    (
        "{} days at {} a month are billed at nothing: report it as a defect",
        "{} jours à {} par mois sont facturés zéro : signalez ce défaut",
    ),
    ("{} on a {} (tier {}, {}) {}", "{} sur « {} » (tarif {}, {}) {}"),
    (
        "stands in a slot, or on a member, that nobody knows",
        "est sur un tarif, ou sur un assuré, que personne ne connaît",
    ),
    (
        "is a family price and does not stand on the primary",
        "est un prix famille et n’est pas porté par l’assuré principal",
    ),
    (
        "stands on a dependant, who is carried by the family price",
        "est sur un ayant droit, que le prix famille couvre déjà",
    ),
    (
        "is carried by the family price and should be 0",
        "est couvert par le prix famille et devrait être 0",
    ),
    ("is free and should be 0", "est gratuit et devrait être 0"),
    (
        "the tax of {} is {} by its rate, the entry says {}",
        "la taxe sur {} est de {} selon son taux, l’écriture dit {}",
    ),
    (
        "the employer's part of {} is {} by its rate, the entry says {}",
        "la part employeur sur {} est de {} selon son taux, l’écriture dit {}",
    ),
    (
        "{}, where {} were usual in the {} months before: `avenant premiums show` says why",
        "{}, quand {} étaient habituels sur les {} mois précédents : `avenant premiums show` dit pourquoi",
    ),
    (
        "{}: it moved {} {}; after the {} runs before it, at most {} would be usual",
        "{} : mouvement de {} {} ; d’après les {} traitements précédents, au plus {} serait habituel",
    ),
    (
        "{}: it moved {} {}; after the {} runs before it, at least {} would be usual",
        "{} : mouvement de {} {} ; d’après les {} traitements précédents, au moins {} serait habituel",
    ),
    (
        "{} entries, {} in all, are due since {}, {} days: run `avenant invoices run`",
        "{} écritures, {} en tout, sont dues depuis le {}, {} jours : lancez `avenant invoices run`",
    ),
    (
        "{} are due since {} and left out of invoices: a family is parked",
        "{} sont dus depuis le {} et laissés hors des factures : une famille est écartée",
    ),
    (
        "{} company contracts have premiums due; none was ever invoiced",
        "{} contrats d’entreprise ont des cotisations dues ; aucun n’a jamais été facturé",
    ),
    (
        "{} individual contracts have premiums due; none was ever invoiced",
        "{} contrats individuels ont des cotisations dues ; aucun n’a jamais été facturé",
    ),
    (
        "{} {} contracts have premiums due; none was ever invoiced",
        "{} contrats « {} » ont des cotisations dues ; aucun n’a jamais été facturé",
    ),
    # care
    (
        "act {} of {} is paid, and no enrolment covers that day: run `avenant nightly`",
        "l’acte {} du {} est payé, et aucune affiliation ne couvre ce jour : lancez `avenant nightly`",
    ),
    (
        "{} were charged, and all payers together pay {}: look at it with `avenant acts show`, and report it as a "
        "defect",
        "{} ont été facturés, et tous les payeurs ensemble paient {} : regardez avec `avenant acts show`, et "
        "signalez ce défaut",
    ),
    ("{} were decided, its payees get {}", "{} ont été décidés, ses bénéficiaires reçoivent {}"),
    (
        "{} were paid out and are no longer due: later payouts recover them",
        "{} ont été versés et ne sont plus dus : les versements suivants les récupèrent",
    ),
    (
        "waits since {}, {} days ({}): `avenant acts waiting` shows it, `avenant acts answer` decides it",
        "attend depuis le {}, {} jours ({}) : `avenant acts waiting` le montre, `avenant acts answer` le décide",
    ),
    # recompute
    (
        "nothing is booked, a fresh recompute gives {}; {}",
        "rien n’est comptabilisé, un nouveau calcul donne {} ; {}",
    ),
    (
        "the book says {}, a fresh recompute {} ({}); {}",
        "le livre dit {}, un nouveau calcul {} ({}) ; {}",
    ),
    ("the book says {}, a fresh recompute {}; {}", "le livre dit {}, un nouveau calcul {} ; {}"),
    (
        "run `avenant nightly`; if this comes back, the book was changed around the guards",
        "lancez `avenant nightly` ; si cela revient, le livre a été modifié en contournant les protections",
    ),
    (
        "has entries, but was never enrolled in this contract: the entries or the enrolments were changed around the "
        "guards",
        "a des écritures, mais n’a jamais été affilié à ce contrat : les écritures ou les affiliations ont été "
        "modifiées en contournant les protections",
    ),
    ("a change of {} waits unnoted; {}", "un changement de {} attend sans être noté ; {}"),
    (
        "noted as held, but nothing differs any more; {}",
        "noté comme retenu, mais plus rien ne diffère ; {}",
    ),
    (
        "cannot be right, yet is not parked: {}; {}",
        "ne peut être juste, et n’est pourtant pas écartée : {} ; {}",
    ),
    (
        "is parked, but its facts are possible now; {}",
        "est écartée, mais ses faits sont possibles maintenant ; {}",
    ),
    ("parked: {}", "écartée : {}"),
    ("{}: the next nightly run sees to it", "{} : le prochain traitement s’en occupe"),
    (
        "a change of {} in {} to {} waits for an approval",
        "un changement de {} de {} à {} attend un accord",
    ),
    # rows, revisions, runs, versions
    ("{} rows were written, {} are there; {}", "{} lignes ont été écrites, {} sont là ; {}"),
    (
        "{} rows were written, {} are there: rows were added or deleted around the guards",
        "{} lignes ont été écrites, {} sont là : des lignes ont été ajoutées ou supprimées en contournant les "
        "protections",
    ),
    (
        "its {} rows are not those that were written; {}",
        "ses {} lignes ne sont pas celles qui ont été écrites ; {}",
    ),
    (
        "restore the rows of this revision from a backup and verify again",
        "restaurez les lignes de cette révision depuis une sauvegarde et vérifiez à nouveau",
    ),
    ("{}: who, when or what was changed; {}", "{} : qui, quand ou quoi a été modifié ; {}"),
    ("revision {} is missing before it", "la révision {} manque avant elle"),
    ("revision {} is missing", "la révision {} manque"),
    (
        "its digest does not follow from what it says it wrote",
        "son empreinte ne découle pas de ce qu’elle dit avoir écrit",
    ),
    ("its digest is {}, expected was {}; {}", "son empreinte est {}, attendue {} ; {}"),
    ("unknown", "inconnue"),
    ("{} rows name a change that does not exist", "{} lignes nomment un changement qui n’existe pas"),
    (
        "{} rows, and no revision sealed that change: they are known at no instant",
        "{} lignes, et aucune révision n’a scellé ce changement : elles ne sont connues à aucun instant",
    ),
    ("no revision sealed it", "aucune révision ne l’a scellé"),
    (
        "stands right after revision {}: {} between them are gone; {}",
        "suit immédiatement la révision {} : {} manquent entre elles ; {}",
    ),
    ("is not later than the one before", "n’est pas postérieure à la précédente"),
    (
        "seals a change that another one seals too",
        "scelle un changement qu’une autre scelle aussi",
    ),
    ("has {} rows instead of one", "a {} lignes au lieu d’une"),
    ("says revision {}, but there is none; {}", "dit la révision {}, mais il n’y en a pas ; {}"),
    (
        "says revision {}, but the last one is {}, or its instant or digest differs; {}",
        "dit la révision {}, mais la dernière est {}, ou son instant ou son empreinte diffère ; {}",
    ),
    (
        "past answers are no longer repeatable; restore the rows from a backup",
        "les réponses passées ne sont plus répétables ; restaurez les lignes depuis une sauvegarde",
    ),
    ("its rows name no run", "ses lignes ne nomment aucun traitement"),
    (
        "its rows name run {}, which does not exist",
        "ses lignes nomment le traitement {}, qui n’existe pas",
    ),
    ("does not say which code ran", "ne dit pas quel programme a tourné"),
    ("names a rulebook that was never published", "nomme un barème qui n’a jamais été publié"),
    (
        "does not say its business date, or a horizon that is a month",
        "ne dit pas sa date, ou un horizon qui soit un mois",
    ),
    (
        "says it read revision {} and was written as {}",
        "dit avoir lu la révision {} et a été écrit comme {}",
    ),
    (
        "wrote entries, and no chunk says which revision it read",
        "a écrit des lignes, et aucun lot ne dit quelle révision il a lue",
    ),
    (
        "is the first of its key and should be version 1; {}",
        "est la première de sa clé et devrait être la version 1 ; {}",
    ),
    (
        "stands right after version {}, where {} should be; {}",
        "suit immédiatement la version {}, là où {} devrait être ; {}",
    ),
    (
        "is a {}; odd versions charge, even versions cancel",
        "est « {} » ; les versions impaires facturent, les paires annulent",
    ),
    (
        "cancels, and no charge after it says what is due; {}",
        "annule, et aucune écriture ensuite ne dit ce qui est dû ; {}",
    ),
    (
        "cancels {} and is not the mirror of the {} before it, in amounts or explanation; {}",
        "annule {} et n’est pas le miroir des {} qui précèdent, en montant ou en explication ; {}",
    ),
    (
        "rows were changed around the guards: `avenant check --chain` says in which revision",
        "des lignes ont été modifiées en contournant les protections : `avenant check --chain` dit dans quelle "
        "révision",
    ),
)
"""English, French; a blank stands for what differs from finding to finding. The first that fits counts."""
PLACES: Final[Mapping[str, str]] = {
    "contract": "contrat",
    "member": "assuré",
    "family": "famille",
    "slot": "tarif",
    "version": "version",
    "revision": "révision",
    "change": "changement",
    "table": "table",
    "act": "acte",
    "line": "ligne",
    "settlement": "règlement",
    "document": "document",
    "payout": "versement",
    "entry": "écriture",
    "run": "traitement",
    "chunk": "lot",
    "balance movement": "mouvement de solde",
    "the book": "le livre",
    "the rulebook": "le barème",
    "the database": "la base",
    "the check itself": "le contrôle lui-même",
    "further rows": "autres lignes",
}
MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
MOIS: Final = (
    *("janvier", "février", "mars", "avril", "mai", "juin", "juillet"),
    *("août", "septembre", "octobre", "novembre", "décembre"),
)
