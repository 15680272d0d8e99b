using Slipway.Server;

return await SlipwayServer.RunAsync(args);
