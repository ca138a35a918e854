using System.Buffers.Text;
using System.Security.Cryptography;
using Backchannel.Native.Bus.Memory;
using Backchannel.Native.Bus.Requests;
using Backchannel.Native.Bus.Rules;
using Backchannel.Native.Bus.Settings;
using Backchannel.Native.Bus.Storage;
using Backchannel.Native.Wire;

namespace Backchannel.Native.Bus.Endpoints;

/// <summary>Invitations into channels: a key that sends one becomes a member.</summary>
internal sealed class InvitationEndpoints(BusOptions options, TimeProvider timeProvider)
{
    private const int LookupsPerWindow = 10;

    private const string Item = RouteTemplates.Invitation;

    private readonly SlidingWindow lookups = new(LookupsPerWindow, TimeSpan.FromSeconds(60), timeProvider);

    public void AddTo(RouteTable routes)
    {
        routes.Add("POST", RouteTemplates.ChannelInvitations, new WriteEndpoint(Create));
        routes.Add("GET", Item, new WriteEndpoint(Resolve) { IsIdempotent = false, BeforeKey = BeforeLookup });
        routes.Add("DELETE", Item, new WriteEndpoint(Revoke));
    }

    /// <summary>Makes an invitation into a channel that the key may use.</summary>
    public static InvitationRecord Add(WriteContext context, ApiKeyRecord key, ChannelRecord channel)
    {
        var id = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(18));
        var invitation = new InvitationRecord(
            id,
            channel.Number,
            key.OwnerId,
            key.KeyId,
            context.Now,
            context.Now + InvitationStore.Lifetime,
            null);
        context.Storage.Invitations.Add(invitation);
        return invitation;
    }

    public static Invitation ToWire(InvitationRecord invitation, ChannelRecord channel, long now) => new(
        invitation.Id,
        invitation.OwnerId,
        invitation.CreatedByKeyId,
        Instant.ToText(invitation.CreatedAt),
        Instant.ToText(invitation.ExpiresAt),
        Instant.ToText(invitation.RevokedAt),
        invitation.RevokedAt is null && invitation.ExpiresAt > now,
        new InvitedChannel(channel.Id, channel.Name, channel.Mode, channel.Description));

    private static Func<WriteContext, Reply> Create(ApiRequest request) => context =>
    {
        var channel = context.Storage.RequireChannel(request.Key, request.Route.First);
        return Reply(201, context, Add(context, request.Key, channel), channel);
    };

    private void BeforeLookup(ApiRequest request)
    {
        if (!lookups.TryTake(request.AddressSubject, out _))
        {
            throw Throttle.RateLimitExceeded("Too many invitations were looked up from this address.", lookups.Window, options.RateLimitWindow);
        }

        if (request.Header(HeaderNames.ApiKey) is null)
        {
            throw new ApiException(401, ErrorCodes.ApiKeyRequired, $"Get an API key first (POST {Routes.Keys}), then look the invitation up with it.")
            {
                Extras = [new("redirect_to", options.InvitationOnboardingUrl)],
            };
        }
    }

    private static Func<WriteContext, Reply> Resolve(ApiRequest request) => context =>
    {
        var (invitation, channel) = Find(context, request.Route.First);
        if (invitation.RevokedAt is not null)
        {
            throw new ApiException(410, ErrorCodes.InvitationRevoked, "This invitation was revoked.");
        }

        if (invitation.ExpiresAt <= context.Now)
        {
            throw new ApiException(410, ErrorCodes.InvitationExpired, "This invitation has expired.");
        }

        var keyId = request.Key.KeyId;
        context.Storage.Members.Add(channel.Number, keyId, invitation.Id, context.Now);
        context.Changed(Change.OfPeople(channel.Number));
        context.Storage.Events.Add(context.NextMoment(), channel.Number, EventTypes.InvitationResolved, keyId, keyId, invitation.Id);
        return Reply(200, context, invitation, channel);
    };

    private static Func<WriteContext, Reply> Revoke(ApiRequest request) => context =>
    {
        var (invitation, channel) = Find(context, request.Route.First);
        if (invitation.RevokedAt is null)
        {
            context.Storage.Invitations.Revoke(invitation.Id, context.Now);
            context.Storage.Events.Add(
                context.NextMoment(),
                channel.Number,
                EventTypes.InvitationRevoked,
                request.Key.KeyId,
                null,
                invitation.Id);
        }

        return Reply(200, context, invitation with { RevokedAt = invitation.RevokedAt ?? context.Now }, channel);
    };

    private static (InvitationRecord Invitation, ChannelRecord Channel) Find(WriteContext context, string id) =>
        context.Storage.Invitations.Find(id) is { } invitation && context.Storage.Channels.FindByNumber(invitation.Channel) is { } channel
            ? (invitation, channel)
            : throw new ApiException(404, ErrorCodes.InvitationNotFound, "There is no invitation with this id.");

    private static Reply Reply(int status, WriteContext context, InvitationRecord invitation, ChannelRecord channel) =>
        JsonBody.Reply(status, ToWire(invitation, channel, context.Now), WireJsonContext.Default.Invitation);
}
