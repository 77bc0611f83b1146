// masto.js, unchanged: takes one request as JSON on standard input, prints one answer as JSON.
// Each step is a function of the client; tests add theirs here.

import { text } from "node:stream/consumers";
import { createOAuthAPIClient, createRestAPIClient, createStreamingAPIClient } from "masto";

// What masto.js takes from Node 22, for Node 20.
Promise.withResolvers ??= function withResolvers() {
  const made = {};
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
};

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

  async post(given) {
    const api = createRestAPIClient(given);
    const medium = await api.v2.media.create({
      file: await (await fetch(`${given.url}/avatars/someone.png`)).blob(),
      description: "Letters", focus: "0.1,0.2",
    });
    const post = await api.v1.statuses.create(
      { status: "With a picture #js", mediaIds: [medium.id], spoilerText: "Look", language: "en",
        visibility: "public" },
      { requestInit: { headers: { "Idempotency-Key": "js" } } },
    );
    const edited = await api.v1.statuses.$select(post.id).update({
      status: "Edited #js", mediaIds: [medium.id],
      mediaAttributes: [{ id: medium.id, description: "Better letters" }],
    });
    const asked = await api.v1.statuses.create({
      status: "Which?", inReplyToId: post.id,
      poll: { options: ["a", "b"], expiresIn: 600, multiple: false, hideTotals: true },
    });
    const quote = await api.v1.statuses.create({ status: "My own", quotedStatusId: post.id });
    const one = api.v1.statuses.$select(post.id);
    await one.favourite();
    await one.bookmark();
    await one.pin();
    const [context, history, source, seen] = await Promise.all([
      one.context.fetch(), one.history.list(), one.source.fetch(), one.fetch(),
    ]);
    const [favourites, bookmarks, tagged] = await Promise.all([
      api.v1.favourites.list(), api.v1.bookmarks.list(),
      api.v1.timelines.tag.$select("js").list(),
    ]);
    const removed = await api.v1.statuses.$select(quote.id).remove();
    const later = await api.v1.statuses.create({
      status: "Later", scheduledAt: new Date(Date.now() + 3_600_000).toISOString(),
    });
    return {
      alt: edited.mediaAttachments[0].description, focus: medium.meta.focus,
      descendants: context.descendants.map((each) => each.id), asked: asked.id,
      versions: history.length, source: source.text, mine: [seen.favourited, seen.bookmarked],
      pinned: seen.pinned, options: asked.poll.options.map((each) => each.votesCount),
      quoted: quote.quote.quotedStatus.id === post.id, removed: removed.text,
      lists: [favourites, bookmarks, tagged].map((list) => list[0].id === post.id),
      scheduled: later.params.text,
    };
  },

  async people(given) {
    const api = createRestAPIClient(given), other = createRestAPIClient(given.other);
    const him = await other.v1.accounts.verifyCredentials();
    const account = api.v1.accounts.$select(him.id);
    const followed = await account.follow({ notify: true });
    const list = await api.v1.lists.create({ title: "Friends", repliesPolicy: "list" });
    await api.v1.lists.$select(list.id).accounts.create({ accountIds: [him.id] });
    const post = await other.v1.statuses.create({ status: "A goal for @chloe" });
    const filter = await api.v2.filters.create({
      title: "Sport", context: ["home"], filterAction: "warn",
      keywordsAttributes: [{ keyword: "goal", wholeWord: true }],
    });
    const [relations, inList, seen, found, notices, grouped] = await Promise.all([
      api.v1.accounts.relationships.fetch({ id: [him.id] }),
      api.v1.timelines.list.$select(list.id).list(),
      api.v1.statuses.$select(post.id).fetch(),
      api.v2.search.list({ q: "dimitri", type: "accounts" }),
      api.v1.notifications.list({ types: ["mention"] }),
      api.v2.notifications.list({ expandAccounts: "full" }),
    ]);
    const direct = await other.v1.statuses.create({ status: "@chloe psst", visibility: "direct" });
    const [talk] = await api.v1.conversations.list();
    await api.v1.conversations.$select(talk.id).read();
    const marks = await api.v1.markers.create({ home: { lastReadId: post.id } });
    await api.v2.filters.$select(filter.id).remove();
    return {
      following: followed.following, notifying: relations[0].notifying,
      inList: inList[0].id === post.id, filtered: seen.filtered[0].keywordMatches,
      found: found.accounts.map((each) => each.acct), notice: notices[0].status.id === post.id,
      groups: grouped.notificationGroups.map((each) => each.type),
      talk: talk.lastStatus.id === direct.id, mark: marks.home.lastReadId === post.id,
    };
  },

  async streams(given) {
    const api = createRestAPIClient(given);
    const { configuration } = await api.v2.instance.fetch();
    const streams = createStreamingAPIClient({
      streamingApiUrl: configuration.urls.streaming, accessToken: given.accessToken,
      implementation: WebSocket,
    });
    await streams.prepare();
    const told = [];
    const hear = async (subscription, wanted) => {
      for await (const event of subscription) {
        const about = event.payload?.id ?? event.payload;
        told.push([event.stream.join(":"), event.event, about]);
        if (event.event === wanted) return;
      }
    };
    const home = hear(streams.user.subscribe(), "delete");
    const tagged = hear(streams.hashtag.subscribe({ tag: "sockets" }), "delete");
    const heard = (stream, event) => told.some((each) => each[0] === stream && each[1] === event);
    // A subscription is not answered: until one post of these is told, the next one is written.
    let post, number = 0;
    while (!heard("user", "update") || !heard("hashtag:sockets", "update")) {
      post = await api.v1.statuses.create({ status: `${number++} #sockets`, visibility: "public" });
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    await api.v1.statuses.$select(post.id).update({ status: "edited #sockets" });
    // Nobody is told of an edit of what is gone by then.
    while (!heard("user", "status.update") || !heard("hashtag:sockets", "status.update")) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await api.v1.statuses.$select(post.id).remove();
    await Promise.all([home, tagged]);
    streams.close();
    return { told: told.map(([stream, event]) => [stream, event]), url: configuration.urls.streaming };
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
