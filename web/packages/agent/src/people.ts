/** Signing in and out over HTTP. What comes back is a person, or a trouble to be shown. */
import { RestProblem, rest, type SignedIn } from "@zuruf/protocol";
import type { Language } from "@zuruf/ui";
import type { SignInTrouble } from "./state";

export type Answer =
  | { readonly who: SignedIn; readonly trouble: null }
  /** Nobody is signed in; without a trouble, nobody has tried. */
  | { readonly who: null; readonly trouble: SignInTrouble | null };

export class People {
  constructor(private readonly server: URL) {}

  /** Who is signed in here already. */
  async whoAmI(language: Language): Promise<Answer> {
    const answer = await judged(rest<SignedIn>(this.server, "me", { language, credentials: true }));
    return answer === "not_signed_in" ? { who: null, trouble: null } : answer;
  }

  async signIn(language: Language, userName: string, password: string): Promise<Answer> {
    const body = { userName, password };
    const request = { method: "POST", body, language, credentials: true } as const;
    const answer = await judged(rest<SignedIn>(this.server, "sign-in", request));
    return answer === "not_signed_in" ? { who: null, trouble: { kind: "expired" } } : answer;
  }

  /** End the browser's session. Where the server does not answer, it is left to expire. */
  async signOut(language: Language, csrf: string): Promise<void> {
    const headers = { "X-Zuruf-CSRF": csrf };
    try {
      await rest(this.server, "sign-out", { method: "POST", language, credentials: true, headers });
    } catch (error) {
      if (!(error instanceof RestProblem)) throw error;
    }
  }
}

async function judged(asked: Promise<SignedIn>): Promise<Answer | "not_signed_in"> {
  try {
    const who = await asked;
    return who.agentId === null ? { who: null, trouble: { kind: "not_an_agent" } } : { who, trouble: null };
  } catch (error) {
    if (!(error instanceof RestProblem)) throw error;
    if (error.code === "not_signed_in") return "not_signed_in";
    if (error.detail === null) return { who: null, trouble: { kind: "unreachable" } };
    return { who: null, trouble: { kind: "said", sentence: error.detail } };
  }
}
