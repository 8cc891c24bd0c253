/** Signing in and out over HTTP. What comes back is a person, or a trouble to be shown. */
import type { Language, OwnDay, SignedIn } from "./generated";
import { RestProblem, rest } from "./rest";

/** Why somebody is asked to sign in again, or was refused. `said` is a sentence of the server's. */
export type SignInTrouble =
  | { readonly kind: "expired" | "signed_out" | "unreachable" | "not_for_you" | "wrong_origin" }
  | { readonly kind: "said"; readonly sentence: string };

export type SignInAnswer =
  | { readonly who: SignedIn; readonly trouble: null }
  /** Nobody is signed in; without a trouble, nobody has tried. */
  | { readonly who: null; readonly trouble: SignInTrouble | null };

export class People {
  /** @param isWelcome - Whether this page is for somebody like them. */
  constructor(
    private readonly server: URL,
    private readonly isWelcome: (who: SignedIn) => boolean,
  ) {}

  /** Who is signed in here already. */
  async whoAmI(language: Language): Promise<SignInAnswer> {
    const answer = await this.#judged(rest<SignedIn>(this.server, "me", { language, credentials: true }));
    return answer === "not_signed_in" ? { who: null, trouble: null } : answer;
  }

  async signIn(language: Language, userName: string, password: string): Promise<SignInAnswer> {
    const body = { userName, password };
    const request = { method: "POST", body, language, credentials: true } as const;
    const answer = await this.#judged(rest<SignedIn>(this.server, "sign-in", request));
    return answer === "not_signed_in" ? { who: null, trouble: { kind: "expired" } } : answer;
  }

  /** What rang at one's own desk today; `null` if the server does not say. */
  async ownDay(language: Language): Promise<OwnDay | null> {
    try {
      return await rest<OwnDay>(this.server, "me/day", { language, credentials: true });
    } catch (error) {
      if (!(error instanceof RestProblem)) throw error;
      return null;
    }
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

  async #judged(asked: Promise<SignedIn>): Promise<SignInAnswer | "not_signed_in"> {
    try {
      const who = await asked;
      return this.isWelcome(who) ? { who, trouble: null } : { who: null, trouble: { kind: "not_for_you" } };
    } catch (error) {
      if (!(error instanceof RestProblem)) throw error;
      if (error.code === "not_signed_in") return "not_signed_in";
      if (error.detail === null) return { who: null, trouble: { kind: "unreachable" } };
      return { who: null, trouble: { kind: "said", sentence: error.detail } };
    }
  }
}
