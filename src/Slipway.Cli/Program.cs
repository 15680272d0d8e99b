using Slipway.Cli;

return await Application.RunAsync(args, CliEnvironment.OfThisProcess(), CancellationToken.None);
