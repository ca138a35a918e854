using System.Security.Cryptography;
using System.Text.Json;
using System.Text;
using Backchannel.Native.Bus.Memory;
using Backchannel.Native.Bus.Requests;
using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Endpoints;

/// <summary>The operator's endpoints, behind the admin token: no API key, no idempotency, and a rate limit on wrong tokens only.</summary>
internal sealed class AdminEndpoints(BusOptions options, BusDatabase database, KeyEndpoints keys, TimeProvider timeProvider)
{
    private readonly SlidingWindow failures = new(options.AdminFailureLimit, options.RateLimitWindow, timeProvider);

    public void AddTo(RouteTable routes)
    {
        routes.Add("POST", RouteTemplates.ChannelPause, ApiEndpoint(request => Pause(request, true)));
        routes.Add("POST", RouteTemplates.ChannelResumption, ApiEndpoint(request => Pause(request, false)));
        routes.Add("POST", Routes.AdminKeys, ApiEndpoint(Mint));
        routes.Add("POST", Routes.Minting, ApiEndpoint(SwitchMinting));
    }

    private AsyncEndpoint ApiEndpoint(Func<ApiRequest, Func<WriteContext, Reply>> prepare) =>
        new((request, _) => database.Writes.RunAsync(prepare(request)), NeedsKey: false) { BeforeKey = RequireToken };

    private void RequireToken(ApiRequest request)
    {
        if (options.AdminToken is not { } token)
        {
            throw new ApiException(403, ErrorCodes.AdminDisabled, "This bus has no admin token, so nobody can administer it over HTTP.");
        }

        var subject = request.AddressSubject;
        if (failures.IsFull(subject))
        {
            throw Throttle.RateLimitExceeded("Too many wrong admin tokens came from this address.", failures.Window, options.RateLimitWindow);
        }

        // Hashes have one length, so the time of the comparison tells nothing about the token.
        var given = SHA256.HashData(Encoding.UTF8.GetBytes(request.Header(HeaderNames.AdminToken) ?? ""));
        if (!CryptographicOperations.FixedTimeEquals(given, SHA256.HashData(Encoding.UTF8.GetBytes(token))))
        {
            failures.TryTake(subject, out _);
            throw new ApiException(401, ErrorCodes.AdminUnauthorized, "Send the admin token in the header X-Admin-Token.");
        }
    }

    private static Func<WriteContext, Reply> Pause(ApiRequest request, bool paused) => context =>
    {
        var channel = context.Storage.Channels.FindByIdOrAlias(request.Route.First) ?? throw Refusal.ChannelNotFound();
        var changed = channel with { Paused = paused, UpdatedAt = context.NextTime() };
        context.Storage.Channels.Update(changed);
        return JsonBody.Reply(200, changed.ToWire(context.Storage), WireJsonContext.Default.Channel);
    };

    private Func<WriteContext, Reply> Mint(ApiRequest request)
    {
        var label = KeyEndpoints.Label(request.Fields);
        return context => keys.Mint(context, label, AuditTypes.KeyIssuedByAdmin, request.RemoteAddress);
    }

    private static Func<WriteContext, Reply> SwitchMinting(ApiRequest request)
    {
        if (!request.Fields.TryGet("enabled", out var value) || value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            throw new ApiException(422, ErrorCodes.InvalidField, "'enabled' has to be true or false.");
        }

        var enabled = value.GetBoolean();
        return context =>
        {
            context.Storage.Settings.SetMintingOpen(enabled);
            return JsonBody.Reply(200, new MintingState(enabled), WireJsonContext.Default.MintingState);
        };
    }
}
