using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Backchannel.Native.Bus.Http;

/// <summary>Passes Kestrel's requests to the bus without any middleware.</summary>
internal sealed class KestrelApplication(BusApplication application) : IHttpApplication<HttpContext>
{
    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public Task ProcessRequestAsync(HttpContext context) => application.HandleAsync(context);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }
}
