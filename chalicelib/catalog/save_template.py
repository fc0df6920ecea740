"""Staff add a freight template or change one; placed orders keep their freight (O1)."""

from dataclasses import replace

from chalicelib.catalog import store
from chalicelib.catalog.rules import (
    MAX_TEMPLATES,
    FreightTemplate,
    TemplateEdited,
    TooManyTemplates,
    check_template,
)
from chalicelib.kernel import ids
from chalicelib.kernel.dynamo import commit


def save_template(template: FreightTemplate) -> FreightTemplate:
    """The template as stored; one without an id is new.

    Raises ``Invalid`` on a template that contradicts itself, ``TemplateUnknown``, ``TemplateEdited``
    unless the version is the present one, ``TooManyTemplates``.
    """
    check_template(template)
    if template.template_id:
        before = store.load_freight_template(template.template_id)
        if before.version != template.version:
            raise TemplateEdited()
        commit(store.replace_freight_template(before, template))
        return replace(template, version=before.version + 1, uses=before.uses)
    if len(store.all_freight_templates()) >= MAX_TEMPLATES:
        raise TooManyTemplates()
    made = replace(template, template_id=ids.new_id("FT"), version=1, uses=0)
    commit(store.add_freight_template(made))
    return made
