// A small stand-in for the assistant: it polls Telegram as the real one does, and hands what its owner says to Claude Code.
const must = (name: string) => process.env[name] || (console.error(`${name} is missing`), process.exit(1));
const [token, owner, shared] = [must("TELEGRAM_BOT_TOKEN"), Number(must("OWNER_TELEGRAM_USER_ID")), must("SHARED_FOLDER_PATH")];
const telegram = (await Bun.file("telegram.txt").text()).trim();

async function call(method: string, body: object = {}) {
  const answer = await fetch(`${telegram}/bot${token}/${method}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  if (answer.status === 401) {
    console.error("Telegram does not know this token");
    process.exit(1);
  }
  return (await answer.json()).result;
}

async function output(...command: string[]) {
  const child = Bun.spawn(command, { cwd: shared, stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const [out, error] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  return (out + error).trim();
}

async function answer(text: string) {
  if (text === "/crash") process.exit(1);
  if (text === "/environment") return ["NODE_ENV", "LOG_LEVEL", "AI_PROVIDER", "SHARED_FOLDER_PATH"].map((name) => `${name}=${process.env[name]}`).join(" ");
  if (text === "/versions") return `bun ${Bun.version}, claude ${await output("claude", "--version")}`;
  if (text === "/login") return await output("claude", "auth", "status");
  if (text === "/metadata") return await output("curl", "-sS", "-m", "5", "http://169.254.169.254/hetzner/v1/userdata");
  return await output("claude", "-p", text);
}

await call("getMe");
console.log("polling");
for (let offset = 0; ;) {
  for (const update of await call("getUpdates", { offset, timeout: 20 })) {
    offset = update.update_id + 1;
    // Said to Telegram before the message is acted on: one that crashes the assistant does not come again.
    await call("getUpdates", { offset, timeout: 0 });
    if (update.message.from.id === owner) await call("sendMessage", { chat_id: owner, text: await answer(update.message.text) });
  }
}
