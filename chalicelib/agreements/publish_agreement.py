"""Staff publish a version of the cooperation agreement; it is in force at once and never edited (D4)."""

import hashlib

from chalicelib.agreements import store
from chalicelib.agreements.rules import Agreement, AgreementMoved
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit


def publish_agreement(title: str, text: str, *, version: int, by: str) -> Agreement:
    """The version after ``version``, which is the one that was in force when staff wrote this; 0 for none.

    Asked for again with the same words it is the same version. Raises ``AgreementMoved`` when somebody
    else published in between.
    """
    digest = hashlib.sha256(f"{title}\n{text}".encode()).hexdigest()
    present = store.current()
    if present is not None and (present.version, present.digest) == (version + 1, digest):
        return present
    if (present.version if present else 0) != version:
        raise AgreementMoved()
    made = Agreement(version + 1, title, text, digest, now(), by)
    commit(store.add_agreement(made))
    return made
