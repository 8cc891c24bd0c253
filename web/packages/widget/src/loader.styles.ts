/** The look of the bar; plain, since it is fetched by every visitor of somebody else's page. */
export const loaderStyles = `
:host{all:initial;position:fixed;right:0;bottom:0;width:0;height:0;z-index:2147483000;color-scheme:var(--zuruf-color-scheme,light dark);
--a:var(--zuruf-accent,light-dark(#0b6e75,#4fc3c9));--ai:oklch(from var(--a) clamp(0,(.68 - l)*1000,1) 0 0);--s:light-dark(#fff,#172027);--i:light-dark(#15212b,#e8eef2);--e:light-dark(#7d8b96,#6d7d89)}
.bar{position:fixed;right:16px;bottom:16px;display:grid;gap:10px;padding:12px;max-width:calc(100vw - 32px);box-sizing:border-box;
background:var(--s);color:var(--i);border:1px solid light-dark(#dfe5e9,#2a3741);border-radius:20px;box-shadow:0 1px 2px rgb(15 30 40/.06),0 8px 28px rgb(15 30 40/.12);
font:400 14px/1.4 var(--zuruf-font,system-ui,"Segoe UI",Roboto,sans-serif)}
.bar[hidden],button[hidden]{display:none}
p{margin:0 4px;min-height:20px;display:flex;align-items:center;gap:8px;color:light-dark(#51616e,#a5b4bf)}
p:not(:empty)::before{content:"";flex:none;width:8px;height:8px;border-radius:50%;background:currentColor}
.available{color:light-dark(#1b7f4d,#4fce8d)}.busy,.nobody{color:light-dark(#a85a00,#f0ad4e)}
div div{display:flex;flex-wrap:wrap;gap:8px}
button{flex:1;display:inline-flex;align-items:center;justify-content:center;gap:8px;min-height:48px;padding:0 18px;border:1px solid var(--e);border-radius:var(--zuruf-radius,14px);background:var(--s);color:var(--i);font:inherit;font-weight:600;white-space:nowrap;cursor:pointer}
.video{background:var(--a);border-color:transparent;color:var(--ai)}
button:focus-visible{outline:3px solid var(--a);outline-offset:2px}
button[aria-busy=true]{opacity:.7}
svg{width:20px;height:20px;fill:none;stroke:currentColor;stroke-width:1.8;stroke-linecap:round;stroke-linejoin:round}`;
