using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Backchannel.Native.Tests.Support.Servers;

/// <summary>The files of one folder over HTTP on this machine, as a release page offers them.</summary>
internal sealed class FolderServer : IAsyncDisposable
{
    private readonly WebApplication application;

    private FolderServer(WebApplication application) => this.application = application;

    /// <summary>Without a slash at the end.</summary>
    public string Address => application.Urls.Single();

    public static async Task<FolderServer> StartAsync(string folder)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var application = builder.Build();
        application.Run(async context =>
        {
            var path = Path.Combine(folder, Path.GetFileName(context.Request.Path.Value!));
            if (File.Exists(path))
            {
                await context.Response.SendFileAsync(path);
            }
            else
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
            }
        });
        await application.StartAsync();
        return new(application);
    }

    public ValueTask DisposeAsync() => application.DisposeAsync();
}
