"""The shared clients: what a call costs, and that nothing is lost by it (design §9, CPU per notice)."""

from decimal import Decimal
from typing import Any

import pytest

from chalicelib.kernel import aws
from chalicelib.kernel.dynamo import table_name

NESTED: dict[str, Any] = {
    "order_id": {"S": "OR1"},
    "lines": {"L": [{"M": {"title": {"S": "茶"}, "paid_fen": {"N": "1"}, "gift": {"BOOL": False}}}]},
    "marks": {"SS": ["a", "b"]},
    "nothing": {"NULL": True},
    "empty": {"M": {}},
}


@pytest.mark.usefixtures("world")
class TestItems:
    def test_an_item_comes_back_as_it_went_in(self) -> None:
        client = aws.client("dynamodb")
        table = table_name("orders")
        client.put_item(TableName=table, Item=NESTED)
        found = client.get_item(TableName=table, Key={"order_id": NESTED["order_id"]})["Item"]
        assert {**found, "marks": {"SS": sorted(found["marks"]["SS"])}} == NESTED

    def test_botocore_walks_no_item_and_searches_no_transaction(self) -> None:
        model = aws.client("dynamodb").meta.service_model
        assert model.operation_model("PutItem").input_shape.members["Item"].is_document_type
        assert model.operation_model("GetItem").output_shape.members["Item"].is_document_type
        for name in model.operation_names:
            assert not model.operation_model(name).operation_context_parameters

    @pytest.mark.parametrize("wrong", [{"B": b"bytes"}, {"N": Decimal(1)}])
    def test_what_the_wire_cannot_carry_is_refused(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(TypeError):
            aws.client("dynamodb").put_item(
                TableName=table_name("orders"), Item={"order_id": {"S": "OR1"}, "odd": wrong}
            )
