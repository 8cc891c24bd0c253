/** What a website embeds. It fetches the rest when the visitor is about to need it. */
export {};
