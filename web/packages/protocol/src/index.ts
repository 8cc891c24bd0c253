/** The wire: what the messages are, a line that carries them, and the HTTP requests beside it. */
export {
  Connection,
  type ConnectionOptions,
  type ConnectRefusal,
  type Manner,
  type OpenSocket,
  type Socket,
  type SocketEvents,
  type Status,
  type Unnumbered,
  type Wire,
} from "./connection";
export * from "./generated";
export { People, type SignInAnswer, type SignInTrouble } from "./people";
export { Refusal } from "./refusal";
export { RestProblem, type RestRequest, rest } from "./rest";
export { socketIo } from "./socketio";
export { browserTime, type Chance, newPageId, type Time } from "./time";
