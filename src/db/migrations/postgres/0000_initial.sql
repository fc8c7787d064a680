CREATE TABLE "domains" (
	"name" text PRIMARY KEY NOT NULL,
	"description" text,
	"is_active" boolean DEFAULT true NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"modified_at" timestamp (3) with time zone NOT NULL,
	"total_resource_slots" jsonb NOT NULL,
	"allowed_vfolder_hosts" jsonb NOT NULL,
	"allowed_docker_registries" jsonb NOT NULL,
	"integration_id" text,
	"dotfiles" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "groups" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"description" text,
	"is_active" boolean DEFAULT true NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"modified_at" timestamp (3) with time zone NOT NULL,
	"integration_id" text,
	"domain_name" text NOT NULL,
	"total_resource_slots" jsonb NOT NULL,
	"allowed_vfolder_hosts" jsonb NOT NULL,
	"dotfiles" jsonb NOT NULL,
	"resource_policy" text NOT NULL,
	"type" text DEFAULT 'general' NOT NULL,
	"container_registry" jsonb
);
--> statement-breakpoint
CREATE TABLE "association_groups_users" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"group_id" uuid NOT NULL,
	"role" text DEFAULT 'member' NOT NULL
);
--> statement-breakpoint
CREATE TABLE "users" (
	"uuid" uuid PRIMARY KEY NOT NULL,
	"username" text,
	"email" text NOT NULL,
	"password" text,
	"need_password_change" boolean,
	"password_changed_at" timestamp (3) with time zone,
	"full_name" text,
	"description" text,
	"status" text DEFAULT 'active' NOT NULL,
	"status_info" text,
	"domain_name" text,
	"role" text DEFAULT 'user' NOT NULL,
	"allowed_client_ip" jsonb,
	"totp_key" text,
	"totp_activated" boolean DEFAULT false NOT NULL,
	"totp_activated_at" timestamp (3) with time zone,
	"resource_policy" text NOT NULL,
	"sudo_session_enabled" boolean DEFAULT false NOT NULL,
	"main_access_key" text,
	"integration_id" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"modified_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "users_username_unique" UNIQUE("username"),
	CONSTRAINT "users_email_unique" UNIQUE("email")
);
--> statement-breakpoint
CREATE TABLE "keypairs" (
	"access_key" text PRIMARY KEY NOT NULL,
	"secret_key" text NOT NULL,
	"user_id" text NOT NULL,
	"user" uuid NOT NULL,
	"is_active" boolean DEFAULT true NOT NULL,
	"is_admin" boolean DEFAULT false NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"modified_at" timestamp (3) with time zone NOT NULL,
	"last_used" timestamp (3) with time zone,
	"rate_limit" integer DEFAULT 10000 NOT NULL,
	"num_queries" bigint DEFAULT 0 NOT NULL,
	"ssh_public_key" text,
	"ssh_private_key" text,
	"resource_policy" text NOT NULL,
	"dotfiles" jsonb NOT NULL,
	"bootstrap_script" text DEFAULT '' NOT NULL
);
--> statement-breakpoint
CREATE TABLE "keypair_resource_policies" (
	"name" text PRIMARY KEY NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"default_for_unspecified" text DEFAULT 'LIMITED' NOT NULL,
	"total_resource_slots" jsonb NOT NULL,
	"max_session_lifetime" integer DEFAULT 0 NOT NULL,
	"max_concurrent_sessions" integer NOT NULL,
	"max_pending_session_count" integer,
	"max_pending_session_resource_slots" jsonb,
	"max_concurrent_sftp_sessions" integer DEFAULT 1 NOT NULL,
	"max_containers_per_session" integer NOT NULL,
	"idle_timeout" bigint NOT NULL,
	"allowed_vfolder_hosts" jsonb NOT NULL,
	"max_vfolder_count" integer DEFAULT 0 NOT NULL,
	"max_vfolder_size" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "user_resource_policies" (
	"name" text PRIMARY KEY NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"max_vfolder_count" integer DEFAULT 0 NOT NULL,
	"max_quota_scope_size" bigint NOT NULL,
	"max_session_count_per_model_session" integer NOT NULL,
	"max_customized_image_count" integer DEFAULT 3 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "project_resource_policies" (
	"name" text PRIMARY KEY NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"max_vfolder_count" integer DEFAULT 0 NOT NULL,
	"max_quota_scope_size" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "scaling_groups" (
	"name" text PRIMARY KEY NOT NULL,
	"description" text,
	"is_active" boolean DEFAULT true NOT NULL,
	"is_public" boolean DEFAULT true NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"wsproxy_addr" text,
	"wsproxy_api_token" text,
	"driver" text DEFAULT 'static' NOT NULL,
	"driver_opts" jsonb NOT NULL,
	"scheduler" text DEFAULT 'fifo' NOT NULL,
	"scheduler_opts" jsonb NOT NULL,
	"use_host_network" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sgroups_for_domains" (
	"id" uuid PRIMARY KEY NOT NULL,
	"scaling_group" text NOT NULL,
	"domain" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sgroups_for_groups" (
	"id" uuid PRIMARY KEY NOT NULL,
	"scaling_group" text NOT NULL,
	"group" uuid NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sgroups_for_keypairs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"scaling_group" text NOT NULL,
	"access_key" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "agents" (
	"id" text PRIMARY KEY NOT NULL,
	"status" text DEFAULT 'ALIVE' NOT NULL,
	"status_changed" timestamp (3) with time zone,
	"region" text NOT NULL,
	"scaling_group" text DEFAULT 'default' NOT NULL,
	"schedulable" boolean DEFAULT true NOT NULL,
	"available_slots" jsonb NOT NULL,
	"addr" text NOT NULL,
	"public_host" text,
	"public_key" text,
	"first_contact" timestamp (3) with time zone NOT NULL,
	"last_heartbeat" timestamp (3) with time zone,
	"lost_at" timestamp (3) with time zone,
	"version" text NOT NULL,
	"architecture" text NOT NULL,
	"backend" text DEFAULT 'docker' NOT NULL,
	"compute_plugins" jsonb NOT NULL,
	"auto_terminate_abusing_kernel" boolean DEFAULT false NOT NULL,
	"images" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "images" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"image" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"tag" text,
	"registry" text NOT NULL,
	"architecture" text DEFAULT 'x86_64' NOT NULL,
	"config_digest" text NOT NULL,
	"size_bytes" bigint NOT NULL,
	"is_local" boolean DEFAULT false NOT NULL,
	"type" text DEFAULT 'compute' NOT NULL,
	"accelerators" text,
	"labels" jsonb NOT NULL,
	"resources" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "image_aliases" (
	"id" uuid PRIMARY KEY NOT NULL,
	"alias" text NOT NULL,
	"image" uuid NOT NULL,
	CONSTRAINT "image_aliases_alias_unique" UNIQUE("alias")
);
--> statement-breakpoint
CREATE TABLE "resource_presets" (
	"name" text PRIMARY KEY NOT NULL,
	"resource_slots" jsonb NOT NULL,
	"shared_memory" bigint
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"creation_id" text,
	"name" text NOT NULL,
	"session_type" text DEFAULT 'interactive' NOT NULL,
	"cluster_mode" text DEFAULT 'single-node' NOT NULL,
	"cluster_size" integer DEFAULT 1 NOT NULL,
	"designated_agents" jsonb,
	"agent_ids" jsonb NOT NULL,
	"scaling_group_name" text,
	"domain_name" text NOT NULL,
	"group_id" uuid NOT NULL,
	"user_uuid" uuid NOT NULL,
	"access_key" text NOT NULL,
	"images" jsonb NOT NULL,
	"tag" text,
	"occupying_slots" jsonb NOT NULL,
	"requested_slots" jsonb NOT NULL,
	"vfolder_mounts" jsonb NOT NULL,
	"environ" jsonb NOT NULL,
	"resource_opts" jsonb NOT NULL,
	"bootstrap_script" text,
	"use_host_network" boolean DEFAULT false NOT NULL,
	"timeout" bigint,
	"priority" integer DEFAULT 10 NOT NULL,
	"starts_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"terminated_at" timestamp (3) with time zone,
	"status" text DEFAULT 'PENDING' NOT NULL,
	"status_info" text,
	"status_data" jsonb,
	"status_history" jsonb NOT NULL,
	"live_name" text,
	"callback_url" text,
	"startup_command" text,
	"result" text DEFAULT 'undefined' NOT NULL,
	"num_queries" bigint DEFAULT 0 NOT NULL,
	"last_stat" jsonb,
	"client_token" text
);
--> statement-breakpoint
CREATE TABLE "kernels" (
	"id" uuid PRIMARY KEY NOT NULL,
	"session_id" uuid NOT NULL,
	"cluster_role" text DEFAULT 'main' NOT NULL,
	"cluster_idx" integer DEFAULT 0 NOT NULL,
	"local_rank" integer DEFAULT 0 NOT NULL,
	"cluster_hostname" text NOT NULL,
	"agent" text,
	"agent_addr" text,
	"image" text NOT NULL,
	"architecture" text DEFAULT 'x86_64' NOT NULL,
	"registry" text NOT NULL,
	"container_id" text,
	"occupied_slots" jsonb NOT NULL,
	"requested_slots" jsonb NOT NULL,
	"attached_devices" jsonb NOT NULL,
	"resource_opts" jsonb NOT NULL,
	"kernel_host" text,
	"service_ports" jsonb NOT NULL,
	"preopen_ports" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"terminated_at" timestamp (3) with time zone,
	"status" text DEFAULT 'PENDING' NOT NULL,
	"status_changed" timestamp (3) with time zone NOT NULL,
	"status_info" text,
	"status_data" jsonb,
	"status_history" jsonb NOT NULL,
	"internal_data" jsonb NOT NULL,
	"container_log" "bytea",
	"num_queries" bigint DEFAULT 0 NOT NULL,
	"last_stat" jsonb
);
--> statement-breakpoint
CREATE TABLE "session_dependencies" (
	"session_id" uuid NOT NULL,
	"depends_on" uuid NOT NULL,
	CONSTRAINT "session_dependencies_session_id_depends_on_pk" PRIMARY KEY("session_id","depends_on")
);
--> statement-breakpoint
CREATE TABLE "session_templates" (
	"id" uuid PRIMARY KEY NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"is_active" boolean DEFAULT true NOT NULL,
	"domain_name" text NOT NULL,
	"group_id" uuid,
	"user_uuid" uuid NOT NULL,
	"type" text NOT NULL,
	"name" text NOT NULL,
	"template" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "vfolders" (
	"id" uuid PRIMARY KEY NOT NULL,
	"host" text NOT NULL,
	"quota_scope_id" text NOT NULL,
	"name" text NOT NULL,
	"usage_mode" text DEFAULT 'general' NOT NULL,
	"permission" text DEFAULT 'rw' NOT NULL,
	"max_files" integer DEFAULT 1000 NOT NULL,
	"max_size" bigint,
	"num_files" bigint DEFAULT 0 NOT NULL,
	"cur_size" bigint DEFAULT 0 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"last_used" timestamp (3) with time zone,
	"creator" text,
	"unmanaged_path" text,
	"ownership_type" text DEFAULT 'user' NOT NULL,
	"user" uuid,
	"group" uuid,
	"cloneable" boolean DEFAULT false NOT NULL,
	"status" text DEFAULT 'ready' NOT NULL,
	"status_history" jsonb NOT NULL,
	"status_changed" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "vfolder_invitations" (
	"id" uuid PRIMARY KEY NOT NULL,
	"permission" text DEFAULT 'rw' NOT NULL,
	"inviter" text NOT NULL,
	"invitee" text NOT NULL,
	"state" text DEFAULT 'pending' NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"modified_at" timestamp (3) with time zone NOT NULL,
	"vfolder" uuid NOT NULL
);
--> statement-breakpoint
CREATE TABLE "vfolder_permissions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"permission" text DEFAULT 'rw' NOT NULL,
	"vfolder" uuid NOT NULL,
	"user" uuid NOT NULL
);
--> statement-breakpoint
CREATE TABLE "shared_config" (
	"key" text PRIMARY KEY NOT NULL,
	"value" text NOT NULL,
	"revision" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "leases" (
	"name" text PRIMARY KEY NOT NULL,
	"holder" text NOT NULL,
	"epoch" bigint NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "outbox" (
	"seq" bigserial PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"source" text NOT NULL,
	"payload" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"relayed_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "error_logs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"severity" text NOT NULL,
	"source" text NOT NULL,
	"user" uuid,
	"is_read" boolean DEFAULT false NOT NULL,
	"is_cleared" boolean DEFAULT false NOT NULL,
	"message" text NOT NULL,
	"context_lang" text NOT NULL,
	"context_env" jsonb NOT NULL,
	"request_url" text,
	"request_status" integer,
	"traceback" text
);
--> statement-breakpoint
ALTER TABLE "groups" ADD CONSTRAINT "groups_domain_name_domains_name_fk" FOREIGN KEY ("domain_name") REFERENCES "public"."domains"("name") ON DELETE cascade ON UPDATE cascade;
--> statement-breakpoint
ALTER TABLE "groups" ADD CONSTRAINT "groups_resource_policy_project_resource_policies_name_fk" FOREIGN KEY ("resource_policy") REFERENCES "public"."project_resource_policies"("name") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "association_groups_users" ADD CONSTRAINT "association_groups_users_user_id_users_uuid_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("uuid") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "association_groups_users" ADD CONSTRAINT "association_groups_users_group_id_groups_id_fk" FOREIGN KEY ("group_id") REFERENCES "public"."groups"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "users" ADD CONSTRAINT "users_domain_name_domains_name_fk" FOREIGN KEY ("domain_name") REFERENCES "public"."domains"("name") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "users" ADD CONSTRAINT "users_resource_policy_user_resource_policies_name_fk" FOREIGN KEY ("resource_policy") REFERENCES "public"."user_resource_policies"("name") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "keypairs" ADD CONSTRAINT "keypairs_user_users_uuid_fk" FOREIGN KEY ("user") REFERENCES "public"."users"("uuid") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "keypairs" ADD CONSTRAINT "keypairs_resource_policy_keypair_resource_policies_name_fk" FOREIGN KEY ("resource_policy") REFERENCES "public"."keypair_resource_policies"("name") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "image_aliases" ADD CONSTRAINT "image_aliases_image_images_id_fk" FOREIGN KEY ("image") REFERENCES "public"."images"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "kernels" ADD CONSTRAINT "kernels_session_id_sessions_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."sessions"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "session_dependencies" ADD CONSTRAINT "session_dependencies_session_id_sessions_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."sessions"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "session_dependencies" ADD CONSTRAINT "session_dependencies_depends_on_sessions_id_fk" FOREIGN KEY ("depends_on") REFERENCES "public"."sessions"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "vfolder_invitations" ADD CONSTRAINT "vfolder_invitations_vfolder_vfolders_id_fk" FOREIGN KEY ("vfolder") REFERENCES "public"."vfolders"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "vfolder_permissions" ADD CONSTRAINT "vfolder_permissions_vfolder_vfolders_id_fk" FOREIGN KEY ("vfolder") REFERENCES "public"."vfolders"("id") ON DELETE cascade ON UPDATE no action;
--> statement-breakpoint
CREATE UNIQUE INDEX "uq_groups_name_domain" ON "groups" USING btree ("name","domain_name");
--> statement-breakpoint
CREATE UNIQUE INDEX "uq_association_user_group" ON "association_groups_users" USING btree ("user_id","group_id");
--> statement-breakpoint
CREATE INDEX "ix_keypairs_user_id" ON "keypairs" USING btree ("user_id");
--> statement-breakpoint
CREATE INDEX "ix_keypairs_user" ON "keypairs" USING btree ("user");
--> statement-breakpoint
CREATE UNIQUE INDEX "uq_sgroup_domain" ON "sgroups_for_domains" USING btree ("scaling_group","domain");
--> statement-breakpoint
CREATE UNIQUE INDEX "uq_sgroup_ugroup" ON "sgroups_for_groups" USING btree ("scaling_group","group");
--> statement-breakpoint
CREATE UNIQUE INDEX "uq_sgroup_akey" ON "sgroups_for_keypairs" USING btree ("scaling_group","access_key");
--> statement-breakpoint
CREATE INDEX "ix_agents_status" ON "agents" USING btree ("status");
--> statement-breakpoint
CREATE INDEX "ix_agents_sgroup" ON "agents" USING btree ("scaling_group");
--> statement-breakpoint
CREATE UNIQUE INDEX "uq_images_name_arch" ON "images" USING btree ("name","architecture");
--> statement-breakpoint
CREATE UNIQUE INDEX "uq_sessions_live_name" ON "sessions" USING btree ("access_key","live_name");
--> statement-breakpoint
CREATE INDEX "ix_sessions_status" ON "sessions" USING btree ("status");
--> statement-breakpoint
CREATE INDEX "ix_sessions_created" ON "sessions" USING btree ("created_at");
--> statement-breakpoint
CREATE INDEX "ix_sessions_access_key" ON "sessions" USING btree ("access_key");
--> statement-breakpoint
CREATE INDEX "ix_sessions_client_token" ON "sessions" USING btree ("access_key","client_token");
--> statement-breakpoint
CREATE INDEX "ix_kernels_session" ON "kernels" USING btree ("session_id");
--> statement-breakpoint
CREATE INDEX "ix_kernels_agent_status" ON "kernels" USING btree ("agent","status");
--> statement-breakpoint
CREATE INDEX "ix_kernels_status" ON "kernels" USING btree ("status");
--> statement-breakpoint
CREATE INDEX "ix_vfolders_name" ON "vfolders" USING btree ("name");
--> statement-breakpoint
CREATE INDEX "ix_vfolders_user" ON "vfolders" USING btree ("user");
--> statement-breakpoint
CREATE INDEX "ix_shared_config_revision" ON "shared_config" USING btree ("revision");
--> statement-breakpoint
CREATE INDEX "ix_outbox_relayed" ON "outbox" USING btree ("relayed_at");
--> statement-breakpoint
CREATE INDEX "ix_outbox_created" ON "outbox" USING btree ("created_at");
