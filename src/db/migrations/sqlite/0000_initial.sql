CREATE TABLE `domains` (
	`name` text PRIMARY KEY NOT NULL,
	`description` text,
	`is_active` integer DEFAULT true NOT NULL,
	`created_at` integer NOT NULL,
	`modified_at` integer NOT NULL,
	`total_resource_slots` text NOT NULL,
	`allowed_vfolder_hosts` text NOT NULL,
	`allowed_docker_registries` text NOT NULL,
	`integration_id` text,
	`dotfiles` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `groups` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`description` text,
	`is_active` integer DEFAULT true NOT NULL,
	`created_at` integer NOT NULL,
	`modified_at` integer NOT NULL,
	`integration_id` text,
	`domain_name` text NOT NULL,
	`total_resource_slots` text NOT NULL,
	`allowed_vfolder_hosts` text NOT NULL,
	`dotfiles` text NOT NULL,
	`resource_policy` text NOT NULL,
	`type` text DEFAULT 'general' NOT NULL,
	`container_registry` text,
	FOREIGN KEY (`domain_name`) REFERENCES `domains`(`name`) ON UPDATE cascade ON DELETE cascade,
	FOREIGN KEY (`resource_policy`) REFERENCES `project_resource_policies`(`name`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `uq_groups_name_domain` ON `groups` (`name`,`domain_name`);
--> statement-breakpoint
CREATE TABLE `association_groups_users` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`group_id` text NOT NULL,
	`role` text DEFAULT 'member' NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`uuid`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`group_id`) REFERENCES `groups`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `uq_association_user_group` ON `association_groups_users` (`user_id`,`group_id`);
--> statement-breakpoint
CREATE TABLE `users` (
	`uuid` text PRIMARY KEY NOT NULL,
	`username` text,
	`email` text NOT NULL,
	`password` text,
	`need_password_change` integer,
	`password_changed_at` integer,
	`full_name` text,
	`description` text,
	`status` text DEFAULT 'active' NOT NULL,
	`status_info` text,
	`domain_name` text,
	`role` text DEFAULT 'user' NOT NULL,
	`allowed_client_ip` text,
	`totp_key` text,
	`totp_activated` integer DEFAULT false NOT NULL,
	`totp_activated_at` integer,
	`resource_policy` text NOT NULL,
	`sudo_session_enabled` integer DEFAULT false NOT NULL,
	`main_access_key` text,
	`integration_id` text,
	`created_at` integer NOT NULL,
	`modified_at` integer NOT NULL,
	FOREIGN KEY (`domain_name`) REFERENCES `domains`(`name`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`resource_policy`) REFERENCES `user_resource_policies`(`name`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `users_username_unique` ON `users` (`username`);
--> statement-breakpoint
CREATE UNIQUE INDEX `users_email_unique` ON `users` (`email`);
--> statement-breakpoint
CREATE TABLE `keypairs` (
	`access_key` text PRIMARY KEY NOT NULL,
	`secret_key` text NOT NULL,
	`user_id` text NOT NULL,
	`user` text NOT NULL,
	`is_active` integer DEFAULT true NOT NULL,
	`is_admin` integer DEFAULT false NOT NULL,
	`created_at` integer NOT NULL,
	`modified_at` integer NOT NULL,
	`last_used` integer,
	`rate_limit` integer DEFAULT 10000 NOT NULL,
	`num_queries` integer DEFAULT 0 NOT NULL,
	`ssh_public_key` text,
	`ssh_private_key` text,
	`resource_policy` text NOT NULL,
	`dotfiles` text NOT NULL,
	`bootstrap_script` text DEFAULT '' NOT NULL,
	FOREIGN KEY (`user`) REFERENCES `users`(`uuid`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`resource_policy`) REFERENCES `keypair_resource_policies`(`name`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `ix_keypairs_user_id` ON `keypairs` (`user_id`);
--> statement-breakpoint
CREATE INDEX `ix_keypairs_user` ON `keypairs` (`user`);
--> statement-breakpoint
CREATE TABLE `keypair_resource_policies` (
	`name` text PRIMARY KEY NOT NULL,
	`created_at` integer NOT NULL,
	`default_for_unspecified` text DEFAULT 'LIMITED' NOT NULL,
	`total_resource_slots` text NOT NULL,
	`max_session_lifetime` integer DEFAULT 0 NOT NULL,
	`max_concurrent_sessions` integer NOT NULL,
	`max_pending_session_count` integer,
	`max_pending_session_resource_slots` text,
	`max_concurrent_sftp_sessions` integer DEFAULT 1 NOT NULL,
	`max_containers_per_session` integer NOT NULL,
	`idle_timeout` integer NOT NULL,
	`allowed_vfolder_hosts` text NOT NULL,
	`max_vfolder_count` integer DEFAULT 0 NOT NULL,
	`max_vfolder_size` integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE `user_resource_policies` (
	`name` text PRIMARY KEY NOT NULL,
	`created_at` integer NOT NULL,
	`max_vfolder_count` integer DEFAULT 0 NOT NULL,
	`max_quota_scope_size` integer NOT NULL,
	`max_session_count_per_model_session` integer NOT NULL,
	`max_customized_image_count` integer DEFAULT 3 NOT NULL
);
--> statement-breakpoint
CREATE TABLE `project_resource_policies` (
	`name` text PRIMARY KEY NOT NULL,
	`created_at` integer NOT NULL,
	`max_vfolder_count` integer DEFAULT 0 NOT NULL,
	`max_quota_scope_size` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `scaling_groups` (
	`name` text PRIMARY KEY NOT NULL,
	`description` text,
	`is_active` integer DEFAULT true NOT NULL,
	`is_public` integer DEFAULT true NOT NULL,
	`created_at` integer NOT NULL,
	`wsproxy_addr` text,
	`wsproxy_api_token` text,
	`driver` text DEFAULT 'static' NOT NULL,
	`driver_opts` text NOT NULL,
	`scheduler` text DEFAULT 'fifo' NOT NULL,
	`scheduler_opts` text NOT NULL,
	`use_host_network` integer DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE `sgroups_for_domains` (
	`id` text PRIMARY KEY NOT NULL,
	`scaling_group` text NOT NULL,
	`domain` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `uq_sgroup_domain` ON `sgroups_for_domains` (`scaling_group`,`domain`);
--> statement-breakpoint
CREATE TABLE `sgroups_for_groups` (
	`id` text PRIMARY KEY NOT NULL,
	`scaling_group` text NOT NULL,
	`group` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `uq_sgroup_ugroup` ON `sgroups_for_groups` (`scaling_group`,`group`);
--> statement-breakpoint
CREATE TABLE `sgroups_for_keypairs` (
	`id` text PRIMARY KEY NOT NULL,
	`scaling_group` text NOT NULL,
	`access_key` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `uq_sgroup_akey` ON `sgroups_for_keypairs` (`scaling_group`,`access_key`);
--> statement-breakpoint
CREATE TABLE `agents` (
	`id` text PRIMARY KEY NOT NULL,
	`status` text DEFAULT 'ALIVE' NOT NULL,
	`status_changed` integer,
	`region` text NOT NULL,
	`scaling_group` text DEFAULT 'default' NOT NULL,
	`schedulable` integer DEFAULT true NOT NULL,
	`available_slots` text NOT NULL,
	`addr` text NOT NULL,
	`public_host` text,
	`public_key` text,
	`first_contact` integer NOT NULL,
	`last_heartbeat` integer,
	`lost_at` integer,
	`version` text NOT NULL,
	`architecture` text NOT NULL,
	`backend` text DEFAULT 'docker' NOT NULL,
	`compute_plugins` text NOT NULL,
	`auto_terminate_abusing_kernel` integer DEFAULT false NOT NULL,
	`images` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `ix_agents_status` ON `agents` (`status`);
--> statement-breakpoint
CREATE INDEX `ix_agents_sgroup` ON `agents` (`scaling_group`);
--> statement-breakpoint
CREATE TABLE `images` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`image` text NOT NULL,
	`created_at` integer NOT NULL,
	`tag` text,
	`registry` text NOT NULL,
	`architecture` text DEFAULT 'x86_64' NOT NULL,
	`config_digest` text NOT NULL,
	`size_bytes` integer NOT NULL,
	`is_local` integer DEFAULT false NOT NULL,
	`type` text DEFAULT 'compute' NOT NULL,
	`accelerators` text,
	`labels` text NOT NULL,
	`resources` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `uq_images_name_arch` ON `images` (`name`,`architecture`);
--> statement-breakpoint
CREATE TABLE `image_aliases` (
	`id` text PRIMARY KEY NOT NULL,
	`alias` text NOT NULL,
	`image` text NOT NULL,
	FOREIGN KEY (`image`) REFERENCES `images`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `image_aliases_alias_unique` ON `image_aliases` (`alias`);
--> statement-breakpoint
CREATE TABLE `resource_presets` (
	`name` text PRIMARY KEY NOT NULL,
	`resource_slots` text NOT NULL,
	`shared_memory` integer
);
--> statement-breakpoint
CREATE TABLE `sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`creation_id` text,
	`name` text NOT NULL,
	`session_type` text DEFAULT 'interactive' NOT NULL,
	`cluster_mode` text DEFAULT 'single-node' NOT NULL,
	`cluster_size` integer DEFAULT 1 NOT NULL,
	`designated_agents` text,
	`agent_ids` text NOT NULL,
	`scaling_group_name` text,
	`domain_name` text NOT NULL,
	`group_id` text NOT NULL,
	`user_uuid` text NOT NULL,
	`access_key` text NOT NULL,
	`images` text NOT NULL,
	`tag` text,
	`occupying_slots` text NOT NULL,
	`requested_slots` text NOT NULL,
	`vfolder_mounts` text NOT NULL,
	`environ` text NOT NULL,
	`resource_opts` text NOT NULL,
	`bootstrap_script` text,
	`use_host_network` integer DEFAULT false NOT NULL,
	`timeout` integer,
	`priority` integer DEFAULT 10 NOT NULL,
	`starts_at` integer,
	`created_at` integer NOT NULL,
	`terminated_at` integer,
	`status` text DEFAULT 'PENDING' NOT NULL,
	`status_info` text,
	`status_data` text,
	`status_history` text NOT NULL,
	`live_name` text,
	`callback_url` text,
	`startup_command` text,
	`result` text DEFAULT 'undefined' NOT NULL,
	`num_queries` integer DEFAULT 0 NOT NULL,
	`last_stat` text,
	`client_token` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `uq_sessions_live_name` ON `sessions` (`access_key`,`live_name`);
--> statement-breakpoint
CREATE INDEX `ix_sessions_status` ON `sessions` (`status`);
--> statement-breakpoint
CREATE INDEX `ix_sessions_created` ON `sessions` (`created_at`);
--> statement-breakpoint
CREATE INDEX `ix_sessions_access_key` ON `sessions` (`access_key`);
--> statement-breakpoint
CREATE INDEX `ix_sessions_client_token` ON `sessions` (`access_key`,`client_token`);
--> statement-breakpoint
CREATE TABLE `kernels` (
	`id` text PRIMARY KEY NOT NULL,
	`session_id` text NOT NULL,
	`cluster_role` text DEFAULT 'main' NOT NULL,
	`cluster_idx` integer DEFAULT 0 NOT NULL,
	`local_rank` integer DEFAULT 0 NOT NULL,
	`cluster_hostname` text NOT NULL,
	`agent` text,
	`agent_addr` text,
	`image` text NOT NULL,
	`architecture` text DEFAULT 'x86_64' NOT NULL,
	`registry` text NOT NULL,
	`container_id` text,
	`occupied_slots` text NOT NULL,
	`requested_slots` text NOT NULL,
	`attached_devices` text NOT NULL,
	`resource_opts` text NOT NULL,
	`kernel_host` text,
	`service_ports` text NOT NULL,
	`preopen_ports` text NOT NULL,
	`created_at` integer NOT NULL,
	`terminated_at` integer,
	`status` text DEFAULT 'PENDING' NOT NULL,
	`status_changed` integer NOT NULL,
	`status_info` text,
	`status_data` text,
	`status_history` text NOT NULL,
	`internal_data` text NOT NULL,
	`container_log` blob,
	`num_queries` integer DEFAULT 0 NOT NULL,
	`last_stat` text,
	FOREIGN KEY (`session_id`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `ix_kernels_session` ON `kernels` (`session_id`);
--> statement-breakpoint
CREATE INDEX `ix_kernels_agent_status` ON `kernels` (`agent`,`status`);
--> statement-breakpoint
CREATE INDEX `ix_kernels_status` ON `kernels` (`status`);
--> statement-breakpoint
CREATE TABLE `session_dependencies` (
	`session_id` text NOT NULL,
	`depends_on` text NOT NULL,
	PRIMARY KEY(`session_id`, `depends_on`),
	FOREIGN KEY (`session_id`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`depends_on`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `session_templates` (
	`id` text PRIMARY KEY NOT NULL,
	`created_at` integer NOT NULL,
	`is_active` integer DEFAULT true NOT NULL,
	`domain_name` text NOT NULL,
	`group_id` text,
	`user_uuid` text NOT NULL,
	`type` text NOT NULL,
	`name` text NOT NULL,
	`template` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `vfolders` (
	`id` text PRIMARY KEY NOT NULL,
	`host` text NOT NULL,
	`quota_scope_id` text NOT NULL,
	`name` text NOT NULL,
	`usage_mode` text DEFAULT 'general' NOT NULL,
	`permission` text DEFAULT 'rw' NOT NULL,
	`max_files` integer DEFAULT 1000 NOT NULL,
	`max_size` integer,
	`num_files` integer DEFAULT 0 NOT NULL,
	`cur_size` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`last_used` integer,
	`creator` text,
	`unmanaged_path` text,
	`ownership_type` text DEFAULT 'user' NOT NULL,
	`user` text,
	`group` text,
	`cloneable` integer DEFAULT false NOT NULL,
	`status` text DEFAULT 'ready' NOT NULL,
	`status_history` text NOT NULL,
	`status_changed` integer
);
--> statement-breakpoint
CREATE INDEX `ix_vfolders_name` ON `vfolders` (`name`);
--> statement-breakpoint
CREATE INDEX `ix_vfolders_user` ON `vfolders` (`user`);
--> statement-breakpoint
CREATE TABLE `vfolder_invitations` (
	`id` text PRIMARY KEY NOT NULL,
	`permission` text DEFAULT 'rw' NOT NULL,
	`inviter` text NOT NULL,
	`invitee` text NOT NULL,
	`state` text DEFAULT 'pending' NOT NULL,
	`created_at` integer NOT NULL,
	`modified_at` integer NOT NULL,
	`vfolder` text NOT NULL,
	FOREIGN KEY (`vfolder`) REFERENCES `vfolders`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `vfolder_permissions` (
	`id` text PRIMARY KEY NOT NULL,
	`permission` text DEFAULT 'rw' NOT NULL,
	`vfolder` text NOT NULL,
	`user` text NOT NULL,
	FOREIGN KEY (`vfolder`) REFERENCES `vfolders`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `shared_config` (
	`key` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL,
	`revision` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `ix_shared_config_revision` ON `shared_config` (`revision`);
--> statement-breakpoint
CREATE TABLE `leases` (
	`name` text PRIMARY KEY NOT NULL,
	`holder` text NOT NULL,
	`epoch` integer NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `outbox` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`name` text NOT NULL,
	`source` text NOT NULL,
	`payload` text NOT NULL,
	`created_at` integer NOT NULL,
	`relayed_at` integer
);
--> statement-breakpoint
CREATE INDEX `ix_outbox_relayed` ON `outbox` (`relayed_at`);
--> statement-breakpoint
CREATE INDEX `ix_outbox_created` ON `outbox` (`created_at`);
--> statement-breakpoint
CREATE TABLE `error_logs` (
	`id` text PRIMARY KEY NOT NULL,
	`created_at` integer NOT NULL,
	`severity` text NOT NULL,
	`source` text NOT NULL,
	`user` text,
	`is_read` integer DEFAULT false NOT NULL,
	`is_cleared` integer DEFAULT false NOT NULL,
	`message` text NOT NULL,
	`context_lang` text NOT NULL,
	`context_env` text NOT NULL,
	`request_url` text,
	`request_status` integer,
	`traceback` text
);
