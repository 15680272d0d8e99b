using Slipway.LocalCloud.Commands;

if (SideChannelCommands.Knows(args))
{
    using var http = new HttpClient { BaseAddress = SideChannelCommands.UrlOf(ref args) };
    return await new SideChannelCommands(http, Console.Out, Console.Error).RunAsync(args);
}

return args is ["leftovers"] ? LeftoversCommand.Run(Console.Out) : await RunCommand.RunAsync(args);
