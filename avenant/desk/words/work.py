"""Words of the work list."""

WORDS = {
    "work.title": ("Waiting for a person", "En attente d’une personne"),
    "work.kinds": ("Kinds of items", "Sortes d’éléments"),
    "work.kind_all": ("All", "Tout"),
    "work.kind_held_document": ("Held documents", "Documents retenus"),
    "work.kind_undecided_match": ("Undecided matches", "Rapprochements à trancher"),
    "work.kind_waiting_act": ("Acts that wait", "Actes en attente"),
    "work.kind_unknown_member": ("Unknown members", "Personnes inconnues"),
    "work.kind_parked_family": ("Families set aside", "Familles mises de côté"),
    "work.kind_held_change": ("Changes to approve", "Changements à approuver"),
    "work.one_held_document": ("Held document", "Document retenu"),
    "work.one_undecided_match": ("Undecided match", "Rapprochement à trancher"),
    "work.one_waiting_act": ("Act that waits", "Acte en attente"),
    "work.one_unknown_member": ("Unknown member", "Personne inconnue"),
    "work.one_parked_family": ("Family set aside", "Famille mise de côté"),
    "work.one_held_change": ("Change to approve", "Changement à approuver"),
    "work.none": (
        "Nothing waits. Messages that cannot be decided, families set aside and changes to approve appear here "
        "after each night.",
        "Rien n’attend. Les messages à trancher, les familles mises de côté et les changements à approuver "
        "apparaissent ici après chaque nuit.",
    ),
    "work.oldest_first": ("Oldest first.", "Du plus ancien au plus récent."),
    "work.since": ("since {instant}", "depuis le {instant}"),
    "work.previous": ("Previous page", "Page précédente"),
    "work.next": ("Next page", "Page suivante"),
    "work.page": ("Page {page} of {pages}", "Page {page} sur {pages}"),
    "work.back": ("All that waits", "Tout ce qui attend"),
    "work.alone": ("On its own page", "Sur sa propre page"),
    "work.gone_title": ("It waits no more", "Cela n’attend plus"),
    "work.gone": (
        "This item waits no more: somebody answered it, or news released it. Nothing is left to do, and what you "
        "typed was not saved.",
        "Cet élément n’attend plus : quelqu’un y a répondu, ou un fait nouveau l’a libéré. Il ne reste rien à "
        "faire, et votre saisie n’a pas été enregistrée.",
    ),
    "work.never": (
        "Nothing waits under this address, or not yet then. It may have been answered since.",
        "Rien n’attend à cette adresse, ou pas encore à cette date. Une réponse a pu être donnée depuis.",
    ),
    "work.contract": ("contract", "contrat"),
    "work.messages": ("What the messages say", "Ce que disent les messages"),
    "work.this": ("This message", "Ce message"),
    "work.candidate": ("Candidate {count}", "Candidat {count}"),
    "work.differs": ("differs", "diffère"),
    "work.ref": ("Reference", "Référence"),
    "work.from": ("From", "De"),
    "work.received": ("Received", "Reçu le"),
    "work.care": ("Care", "Soin"),
    "work.days": ("Day of care", "Date du soin"),
    "work.code": ("Code", "Code"),
    "work.quantity": ("Quantity", "Quantité"),
    "work.place": ("Place", "Emplacement"),
    "work.provider": ("Provider", "Professionnel"),
    "work.charged": ("Charged", "Facturé"),
    "work.secu": ("Sécu", "Sécu"),
    "work.others": ("Others", "Autres"),
    "work.asked": ("Asked of us", "Demandé"),
    "work.held_months": ("Months", "Mois"),
    "work.held_difference": ("Difference", "Différence"),
    "work.answer": ("Your answer", "Votre réponse"),
    "work.which": ("Which candidate", "Quel candidat"),
    "work.reason": ("Reason", "Motif"),
    "work.optional": ("optional", "facultatif"),
    "work.same": ("The same act", "C’est le même acte"),
    "work.different": ("Not the same", "Ce n’est pas le même"),
    "work.exception": ("Decide by exception", "Décider par exception"),
    "work.amount": ("What we pay for the act in all", "Ce que nous payons au total pour l’acte"),
    "work.amount_hint": (
        "Like 12.50; 0 refuses it. Empty: the rules decide, in spite of why it waits.",
        "Par exemple 12,50 ; 0 le refuse. Vide : les règles décident, malgré le motif d’attente.",
    ),
    "work.reason_hint": (
        "A sentence for whoever asks later. No names, no diagnosis.",
        "Une phrase pour qui le demandera plus tard. Ni nom, ni diagnostic.",
    ),
    "work.approve": ("Approve", "Approuver"),
    "work.approve_how": (
        "The next night books these months. Whoever does not agree corrects the facts instead.",
        "La prochaine nuit passera ces mois. En cas de désaccord, corrigez plutôt les faits.",
    ),
    "work.retry": ("Try again", "Relancer"),
    "work.news": ("Enter or correct facts", "Saisir ou corriger un fait"),
    "work.no_answer": (
        "Correct or add the facts it lacks; the next night takes it up.",
        "Corrigez ou ajoutez les faits manquants ; la prochaine nuit le reprendra.",
    ),
    "work.not_yours": (
        "Your role reads this list and does not answer it.",
        "Votre rôle consulte cette liste sans y répondre.",
    ),
    "work.said": (
        "Said already, counts from the next night on",
        "Déjà répondu, compte dès la prochaine nuit",
    ),
    "work.answered": ("answered", "répondu"),
    "work.said_same": ("the same act as {other}", "le même acte que {other}"),
    "work.said_different": ("not the same act as {other}", "pas le même acte que {other}"),
    "work.said_exception": ("exception: {amount}", "exception : {amount}"),
    "work.said_exception_open": ("exception: the rules decide", "exception : les règles décident"),
    "work.said_approve": ("approved", "approuvé"),
    "work.withdraw": ("Take back", "Retirer"),
    "work.done": (
        "Saved. It counts from the next night on; until then it stays in the list, marked as answered.",
        "Enregistré. Cela compte dès la prochaine nuit ; d’ici là, l’élément reste dans la liste, marqué répondu.",
    ),
    "work.done_before": (
        "That was said already, word for word. Nothing new was written.",
        "Cela avait déjà été dit, mot pour mot. Rien de nouveau n’a été écrit.",
    ),
    "work.withdrawn": (
        "Taken back. It counts no more from the next night on.",
        "Retiré. Cela ne compte plus dès la prochaine nuit.",
    ),
    "work.withdrawn_before": (
        "This answer was taken back already, or changed meanwhile. What counts is shown below.",
        "Cette réponse a déjà été retirée, ou modifiée entre-temps. Ce qui compte figure ci-dessous.",
    ),
    "work.overtaken": (
        "{actor} answered meanwhile: see below what counts now. Your answer was not saved; what you typed is still "
        "here. Send it again if it still holds.",
        "{actor} a répondu entre-temps : voyez ci-dessous ce qui compte. Votre réponse n’est pas enregistrée ; "
        "votre saisie est conservée. Renvoyez-la si elle tient toujours.",
    ),
    "work.changed": (
        "What waits here changed since you opened it: look at it again. Your answer was not saved; what you typed "
        "is still here.",
        "Cet élément a changé depuis son ouverture : regardez-le à nouveau. Votre réponse n’est pas enregistrée ; "
        "votre saisie est conservée.",
    ),
    "work.wrong": (
        "This cannot be saved as it is. See below.",
        "Impossible d’enregistrer en l’état. Voyez ci-dessous.",
    ),
    "work.no_such_answer": ("This item takes no such answer.", "Cet élément n’accepte pas cette réponse."),
    "work.no_candidate": ("Choose one of the candidates.", "Choisissez un des candidats."),
    "work.too_much": (
        "That is more than the {charged} charged for the act.",
        "C’est plus que les {charged} facturés pour l’acte.",
    ),
    "work.refused": ("It was refused: {said}", "Refusé : {said}"),
}
