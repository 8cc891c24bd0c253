import { expect, test } from "vitest";
import { askedFor } from "./address";

test("the address says which page it is", () => {
  expect(askedFor("/join", "#secret")).toEqual({ page: "join", token: "secret" });
  expect(askedFor("/join", "#pl.secret")).toEqual({ page: "personal", token: "pl.secret" });
  expect(askedFor("/join", "")).toEqual({ page: "code", site: "" });
  expect(askedFor("/join/shop", "")).toEqual({ page: "code", site: "shop" });
  expect(askedFor("/join/shop/more", "")).toEqual({ page: "nothing" });
  expect(askedFor("/call/shop/sales", "")).toEqual({ page: "call", site: "shop", group: "sales" });
  expect(askedFor("/call/shop", "")).toEqual({ page: "nothing" });
  expect(askedFor("/call/shop/sales/more", "")).toEqual({ page: "nothing" });
});
