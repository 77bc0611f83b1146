// masto.js, unchanged: takes one request as JSON on standard input, prints one answer as JSON.
// Each step is a function of the client; tests add theirs here.

import { text } from "node:stream/consumers";
import { createOAuthAPIClient, createRestAPIClient } from "masto";

const steps = {
  async app({ url, redirectUris, scopes }) {
    const app = await createRestAPIClient({ url }).v1.apps.create({
      clientName: "masto.js", redirectUris, scopes, website: "https://app.example",
    });
    return { clientId: app.clientId, clientSecret: app.clientSecret };
  },

  async token({ url, clientId, clientSecret, code, redirectUri, scope }) {
    const made = await createOAuthAPIClient({ url }).token.create({
      clientId, clientSecret, code, redirectUri, scope, grantType: "authorization_code",
    });
    return { accessToken: made.accessToken, scope: made.scope };
  },

  async self(given) {
    const api = createRestAPIClient(given);
    const me = await api.v1.accounts.verifyCredentials();
    const changed = await api.v1.accounts.updateCredentials({
      displayName: "Chloé", note: "Bonjour", locked: false,
      fieldsAttributes: [{ name: "Site", value: "https://chloe.example" }],
      source: { privacy: "unlisted", language: "fr" },
    });
    const withPicture = await api.v1.accounts.updateCredentials({
      avatar: await (await fetch(me.avatar)).blob(),
    });
    const [found] = await api.v1.accounts.search.list({ q: me.acct });
    return {
      acct: me.acct, displayName: changed.displayName, field: changed.fields[0].name,
      privacy: changed.source.privacy, avatar: withPicture.avatar, found: found.id === me.id,
      preferences: await api.v1.preferences.fetch(),
    };
  },

  async server(given) {
    const api = createRestAPIClient(given);
    const [instance, rules, emojis, languages] = await Promise.all([
      api.v2.instance.fetch(), api.v1.instance.rules.list(), api.v1.customEmojis.list(),
      api.v1.instance.languages.list(),
    ]);
    return {
      version: instance.version, number: instance.apiVersions.mastodon,
      longest: instance.configuration.statuses.maxCharacters,
      rules: rules.length, emojis: emojis.length, languages: languages.length,
    };
  },

  async pages(given) {
    const api = createRestAPIClient(given);
    const made = [];
    for (const status of ["one", "two", "three"]) {
      made.push((await api.v1.statuses.create({ status, visibility: "public" })).id);
    }
    const read = [];
    for await (const page of api.v1.timelines.home.list({ limit: 2 })) {
      read.push(page.map((post) => post.id));
      if (read.length > 5) break;
    }
    return { made, read };
  },

  async refused(given) {
    const api = createRestAPIClient(given);
    try {
      await api.v1.accounts.updateCredentials({ note: "x".repeat(501) });
    } catch (error) {
      return { name: error.name, status: error.statusCode, message: error.message };
    }
    return {};
  },
};

const { step, ...given } = JSON.parse(await text(process.stdin));
process.stdout.write(JSON.stringify(await steps[step](given)));
process.exit(0);
