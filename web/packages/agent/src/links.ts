/** The personal links of whoever is signed in, over REST. */
import {
  type NewPersonalLink,
  type PersonalLinkCreated,
  type PersonalLinkPage,
  type PersonalLinkShown,
  RestProblem,
  rest,
} from "@zuruf/protocol";
import type { Language } from "@zuruf/ui";

/** Either what was asked for, or a sentence that says why not; empty if the server did not answer. */
export type Answered<T> = { readonly is: T } | { readonly trouble: string };

export interface Links {
  issue(wanted: NewPersonalLink): Promise<Answered<PersonalLinkCreated>>;
  open(): Promise<Answered<readonly PersonalLinkShown[]>>;
  revoke(id: string): Promise<Answered<null>>;
}

const PATH = "me/personal-links";

export function linksOf(server: URL, csrf: string, language: Language): Links {
  const common = { language, credentials: true, headers: { "X-Zuruf-CSRF": csrf } };
  return {
    issue: (body) => answered(rest<PersonalLinkCreated>(server, PATH, { ...common, method: "POST", body })),
    open: () => answered(rest<PersonalLinkPage>(server, PATH, common).then(({ links }) => links)),
    revoke: (id) =>
      answered(
        rest(server, `${PATH}/${encodeURIComponent(id)}`, { ...common, method: "DELETE" }).then(() => null),
      ),
  };
}

async function answered<T>(asked: Promise<T>): Promise<Answered<T>> {
  try {
    return { is: await asked };
  } catch (problem) {
    if (!(problem instanceof RestProblem)) throw problem;
    return { trouble: problem.detail ?? "" };
  }
}
