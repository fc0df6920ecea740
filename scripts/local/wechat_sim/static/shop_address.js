// Addresses: one in a line, and the form that makes or changes one.
import { h } from "./dom.js";
import { box, button, empty, field, form, select, show } from "./shop_kit.js";

const PROVINCES =
  "北京市 天津市 河北省 山西省 内蒙古自治区 辽宁省 吉林省 黑龙江省 上海市 江苏省 浙江省 安徽省 福建省 江西省 山东省 河南省 湖北省 湖南省 广东省 广西壮族自治区 海南省 重庆市 四川省 贵州省 云南省 西藏自治区 陕西省 甘肃省 青海省 宁夏回族自治区 新疆维吾尔自治区 台湾省 香港特别行政区 澳门特别行政区".split(" ");

export const pages = { addresses };

/** An address in one line; `isShort` leaves the receiver out. */
export function oneLine(address, { isShort = false } = {}) {
  const place = [address.province, address.city, address.district, address.street].filter(Boolean).join(" ");
  return isShort ? place : `${address.receiver} ${address.phone} · ${place}`;
}

/** For who has none yet: an address that is ready to be taken, or a form for another. */
export function offerAddress(view, done) {
  const offered = sample(view);
  const take = async () => done(await view.api.post("/shop/me/addresses", offered));
  const edit = () =>
    view.sheet("填写地址", (close) =>
      addressForm(view, {
        done: async (made) => {
          close();
          await done(made);
        },
      }),
    );
  return box(
    h("h4", {}, "寄到哪里"),
    h("strong", {}, `${offered.receiver}　${offered.phone}`),
    h("p", { className: "says" }, oneLine(offered, { isShort: true })),
    h("div", { className: "row end" }, button(view, "填别的", edit, { className: "tiny" }), button(view, "就寄这里", take, { className: "primary" })),
  );
}

function sample(view) {
  const { nickname, phone_number } = view.phone.person;
  const place = { province: "浙江省", city: "杭州市", district: "西湖区", street: "文三路 100 号 2 幢 301 室" };
  return { receiver: nickname, phone: phone_number, ...place, is_default: true };
}

/** The form; a new address is offered filled in, to be changed at will. `done(address)` gets what was saved. */
export function addressForm(view, { address, done }) {
  const given = address || sample(view);
  const input = (name, more = {}) => h("input", { name, value: given[name] ?? "", required: true, maxLength: 64, autocomplete: "off", ...more });
  const province = select(PROVINCES.map((one) => [one, one]), given.province);
  province.name = "province";
  const fields = [
    h("div", { className: "pair" }, field("收货人", input("receiver")), field("手机号", input("phone", { inputMode: "tel", pattern: "\\+?[0-9]{7,18}" }))),
    h("div", { className: "pair" }, field("省份", province), field("城市", input("city"))),
    field("区县", input("district", { required: false })),
    field("详细地址", input("street", { minLength: 2, maxLength: 120 })),
    h("label", { className: "check" }, h("input", { type: "checkbox", name: "is_default", checked: given.is_default }), "设为默认"),
  ];
  return form(view, fields, "保存地址", async (values) => {
    const body = { ...values, is_default: values.is_default === "on" };
    const saved = address
      ? await view.api.put(`/shop/me/addresses/${address.address_id}`, body)
      : await view.api.post("/shop/me/addresses", body);
    await done(saved);
  });
}

async function addresses(view) {
  view.title("收货地址");
  await show(view, () => view.api.get("/shop/me/addresses"), ({ items }, again) => {
    const edit = (address) =>
      view.sheet(address ? "改地址" : "新地址", (close) =>
        addressForm(view, {
          address,
          done: async () => {
            close();
            await again();
          },
        }),
      );
    view.actions(button(view, "新增地址", () => edit(), { className: "go" }));
    if (!items.length) return empty("还没有地址", "添一个地址，下单时直接用。");
    return items.map((address) => addressBox(view, address, { edit, again }));
  });
}

function addressBox(view, address, { edit, again }) {
  const remove = async () => {
    await view.api.delete(`/shop/me/addresses/${address.address_id}`);
    await again();
  };
  return box(
    h("strong", {}, `${address.receiver}　${address.phone}`, address.is_default && h("span", { className: "tag" }, "默认")),
    h("p", { className: "says" }, oneLine(address, { isShort: true })),
    h("div", { className: "row end" }, button(view, "删除", remove, { className: "tiny" }), button(view, "修改", () => edit(address), { className: "tiny" })),
  );
}
