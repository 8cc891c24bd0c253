/**
 * Small line drawings, 24 by 24, as the outline of one path each.
 *
 * One constant each, so that a page carries only those that it draws.
 */
export const alert = "M12 4 3.2 19.5h17.6zM12 10v4.5M12 17.2v.1";
export const away =
  "M5 9h11v5.5A4.5 4.5 0 0 1 11.5 19h-2A4.5 4.5 0 0 1 5 14.5zM16 10.5h1.5a2.5 2.5 0 0 1 0 5H15.9M8.5 3.5v2M12.5 3.5v2";
export const bell = "M6.5 16V11a5.5 5.5 0 0 1 11 0v5l1.5 1.5H5zM10.2 20.3a2 2 0 0 0 3.6 0";
export const camera =
  "M5 6.5h7.5a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2h-7.5a2 2 0 0 1-2-2v-7a2 2 0 0 1 2-2zM14.5 11l6-3v8l-6-3z";
export const cameraOff =
  "M6.5 6.5h6a2 2 0 0 1 2 2v4M14.5 17a2 2 0 0 1-1.5.5H5a2 2 0 0 1-2-2v-7c0-.6.2-1.1.6-1.4M14.5 11l6-3v8l-3-1.5M4 3.5l16 17";
export const check = "m5 12.5 4.5 4.5L19 7.5";
export const clock = "M4 12a8 8 0 1 0 16 0a8 8 0 1 0-16 0zM12 7.5V12l3 2";
export const close = "m6 6 12 12M18 6 6 18";
export const door = "M13.5 4h-7v16h7M10.5 12h9.5M16.5 8.5 20 12l-3.5 3.5";
export const down = "m6.5 9.5 5.5 5.5 5.5-5.5";
export const globe =
  "M3.8 12a8.2 8.2 0 1 0 16.4 0a8.2 8.2 0 1 0-16.4 0zM3.8 12h16.4M12 3.8c2.4 2.3 3.5 5 3.5 8.2s-1.1 5.9-3.5 8.2c-2.4-2.3-3.5-5-3.5-8.2s1.1-5.9 3.5-8.2z";
export const hangUp =
  "M3.5 14.5c0-2.2 3.8-4.5 8.5-4.5s8.5 2.3 8.5 4.5c0 1.1-.4 1.8-.9 1.8l-3.4-.8c-.5-.1-.8-.5-.8-1v-1.7a11.5 11.5 0 0 0-6.8 0v1.7c0 .5-.3.9-.8 1l-3.4.8c-.5 0-.9-.7-.9-1.8z";
export const lock =
  "M7 10.5h10a2 2 0 0 1 2 2v5a2 2 0 0 1-2 2h-10a2 2 0 0 1-2-2v-5a2 2 0 0 1 2-2zM8.5 10.5V8a3.5 3.5 0 0 1 7 0v2.5";
export const message =
  "M5 5h14a1.5 1.5 0 0 1 1.5 1.5v9A1.5 1.5 0 0 1 19 17h-7l-4.5 3.5V17H5a1.5 1.5 0 0 1-1.5-1.5v-9A1.5 1.5 0 0 1 5 5zM8 9.5h8M8 12.8h5";
export const microphone =
  "M12 3.5a3 3 0 0 1 3 3v4.5a3 3 0 0 1-3 3a3 3 0 0 1-3-3v-4.5a3 3 0 0 1 3-3zM5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v2.8";
export const microphoneOff =
  "M15 10V6.5a3 3 0 0 0-5.8-1.1M9 9v2a3 3 0 0 0 4.6 2.5M5.5 11.5a6.5 6.5 0 0 0 10.2 5.3M18.5 11.5c0 1-.2 1.9-.6 2.7M12 18v2.8M4 3.5l16 17";
export const offline = "M12 4v8M7.3 6.8a7 7 0 1 0 9.4 0";
export const pause = "M9 6v12M15 6v12";
export const people =
  "M5.8 8.5a3.2 3.2 0 1 0 6.4 0a3.2 3.2 0 1 0-6.4 0zM3 19c.4-3.3 2.8-5.2 6-5.2s5.6 1.9 6 5.2M15.5 5.6a3.2 3.2 0 0 1 0 5.8M17 14.2c2.2.6 3.7 2.3 4 4.8";
export const person = "M8.4 8a3.6 3.6 0 1 0 7.2 0a3.6 3.6 0 1 0-7.2 0zM5 20c.4-3.8 3.2-6 7-6s6.6 2.2 7 6";
export const phone =
  "M5.3 4h3.5l1.5 4.3-1.9 1.6a11.5 11.5 0 0 0 5.7 5.7l1.6-1.9 4.3 1.5v3.5a1.4 1.4 0 0 1-1.5 1.4A15.3 15.3 0 0 1 3.9 5.5 1.4 1.4 0 0 1 5.3 4z";
export const reconnect =
  "M19 12a7 7 0 0 1-12.4 4.5M5 12a7 7 0 0 1 12.4-4.5M17.7 3.8v3.9h-3.9M6.3 20.2v-3.9h3.9";
export const shield = "M12 3.5 5 6v5.5c0 4.3 2.8 7.4 7 9 4.2-1.6 7-4.7 7-9V6zM9 11.8l2.2 2.2 4-4.2";
export const search = "M4.8 11a6.2 6.2 0 1 0 12.4 0a6.2 6.2 0 1 0-12.4 0zM15.7 15.7l4.3 4.3";
export const signal = "M5 18v-3M10 18v-6M15 18V9M20 18V5";
export const keyboard =
  "M5 6.5h14a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2h-14a2 2 0 0 1-2-2v-7a2 2 0 0 1 2-2zM6.5 10v.1M9.8 10v.1M13.1 10v.1M16.5 10v.1M8 14h8";
